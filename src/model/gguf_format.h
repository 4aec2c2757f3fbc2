// Numbers of the GGUF format, and the limits that we hold a file to. The limits are far above what
// any model needs and keep a hostile header from costing memory out of proportion to its file.
#pragma once

#include <cstddef>
#include <cstdint>

namespace argosy::gguf {

inline constexpr uint32_t kMagic = 0x46554747;  // "GGUF"
inline constexpr uint32_t kVersion = 3;
inline constexpr uint64_t kDefaultAlignment = 32;

enum class ValueType : uint32_t {
    kUint8 = 0,
    kInt8 = 1,
    kUint16 = 2,
    kInt16 = 3,
    kUint32 = 4,
    kInt32 = 5,
    kFloat32 = 6,
    kBool = 7,
    kString = 8,
    kArray = 9,
    kUint64 = 10,
    kInt64 = 11,
    kFloat64 = 12,
};

/// Bytes of one value; the least there can be for a string (its length) and an array (type, count).
constexpr size_t MinBytes(ValueType type) {
    switch (type) {
        case ValueType::kUint8:
        case ValueType::kInt8:
        case ValueType::kBool:
            return 1;
        case ValueType::kUint16:
        case ValueType::kInt16:
            return 2;
        case ValueType::kUint32:
        case ValueType::kInt32:
        case ValueType::kFloat32:
            return 4;
        case ValueType::kString:
        case ValueType::kUint64:
        case ValueType::kInt64:
        case ValueType::kFloat64:
            return 8;
        case ValueType::kArray:
            return 12;
    }
    return 0;
}

inline constexpr uint64_t kMaxKeys = 1 << 16;
inline constexpr uint64_t kMaxTensors = 1 << 18;
inline constexpr uint64_t kMaxNameBytes = 1 << 10;     // of a key or a tensor's name
inline constexpr uint64_t kMaxStringBytes = 64 << 20;  // of a value
inline constexpr uint64_t kMaxElements = 1 << 24;      // of all arrays of a file together
inline constexpr int kMaxArrayDepth = 4;
inline constexpr uint64_t kMaxAlignment = 1 << 16;
inline constexpr int64_t kMaxSplits = 9999;

}  // namespace argosy::gguf
