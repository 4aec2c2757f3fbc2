#include "model/gguf_metadata.h"

#include <type_traits>
#include <utility>

#include "model/gguf_format.h"

namespace argosy::gguf {

namespace {

class MetadataReader {
  public:
    explicit MetadataReader(ByteCursor& cursor) : cursor_(cursor) {}

    Result<MetaValue> ReadValue(std::string_view key, ValueType type) {
        switch (type) {
            case ValueType::kUint8:
                return Integer<uint8_t>(key);
            case ValueType::kInt8:
                return Integer<int8_t>(key);
            case ValueType::kUint16:
                return Integer<uint16_t>(key);
            case ValueType::kInt16:
                return Integer<int16_t>(key);
            case ValueType::kUint32:
                return Integer<uint32_t>(key);
            case ValueType::kInt32:
                return Integer<int32_t>(key);
            case ValueType::kUint64:
                return Integer<uint64_t>(key);
            case ValueType::kInt64:
                return Integer<int64_t>(key);
            case ValueType::kFloat32:
                return Float<float>(key);
            case ValueType::kFloat64:
                return Float<double>(key);
            case ValueType::kBool: {
                ARGOSY_TRY(const bool flag, Flag(key));
                return MetaValue(flag);
            }
            case ValueType::kString: {
                ARGOSY_TRY(const std::string_view text, cursor_.ReadString(key, kMaxStringBytes));
                return MetaValue(std::string(text));
            }
            case ValueType::kArray: {
                MetaArray array;
                bool empty = true;
                ARGOSY_CHECK_OK(ReadArray(key, 1, array, empty));
                return MetaValue(std::move(array));
            }
        }
        return ByteCursor::Fail(cursor_.offset() - 4, ErrorCode::kCorrupt,
                                "{}: value type {} is not one of 0 to 12", key,
                                std::to_underlying(type));
    }

  private:
    template <typename T>
    Result<MetaValue> Integer(std::string_view key) {
        ARGOSY_TRY(const T value, cursor_.Read<T>(key));
        if (std::in_range<int64_t>(value)) return MetaValue(static_cast<int64_t>(value));
        return MetaValue(static_cast<uint64_t>(value));
    }

    template <typename T>
    Result<MetaValue> Float(std::string_view key) {
        ARGOSY_TRY(const T value, cursor_.Read<T>(key));
        return MetaValue(static_cast<double>(value));
    }

    Result<bool> Flag(std::string_view key) {
        ARGOSY_TRY(const uint8_t value, cursor_.Read<uint8_t>(key));
        if (value > 1) {
            return ByteCursor::Fail(cursor_.offset() - 1, ErrorCode::kCorrupt,
                                    "{}: boolean is {}, not 0 or 1", key, value);
        }
        return value == 1;
    }

    /// Appends `count` elements read by `read` to the alternative std::vector<Element> of `array`.
    template <typename Element, typename Read>
    Result<void> Append(std::string_view key, uint64_t count, MetaArray& array, bool& empty,
                        Read read) {
        using Vector = std::vector<Element>;
        if (empty) array = Vector();
        auto* elements = std::get_if<Vector>(&array);
        if (elements == nullptr) {
            return ByteCursor::Fail(cursor_.offset(), ErrorCode::kCorrupt,
                                    "{}: an array of arrays of different kinds", key);
        }
        if (count > 0) empty = false;
        if (elements->empty()) elements->reserve(count);
        for (uint64_t i = 0; i < count; ++i) {
            auto value = read();
            if (!value) return std::unexpected(std::move(value.error()));
            elements->push_back(static_cast<Element>(*std::move(value)));
        }
        return {};
    }

    template <typename T>
    Result<void> AppendNumbers(std::string_view key, uint64_t count, MetaArray& array,
                               bool& empty) {
        using Element = std::conditional_t<std::is_floating_point_v<T>, double, int64_t>;
        return Append<Element>(key, count, array, empty, [&]() -> Result<Element> {
            ARGOSY_TRY(const T value, cursor_.Read<T>(key));
            if constexpr (std::is_same_v<T, uint64_t>) {
                if (!std::in_range<int64_t>(value)) {
                    return ByteCursor::Fail(cursor_.offset() - 8, ErrorCode::kCorrupt,
                                            "{}: element {} is too large", key, value);
                }
            }
            return static_cast<Element>(value);
        });
    }

    Result<void> AppendStrings(std::string_view key, uint64_t count, MetaArray& array,
                               bool& empty) {
        return Append<std::string>(key, count, array, empty,
                                   [&] { return cursor_.ReadString(key, kMaxStringBytes); });
    }

    Result<void> ReadArray(std::string_view key, int depth, MetaArray& array, bool& empty) {
        const size_t start = cursor_.offset();
        ARGOSY_TRY(const uint32_t type_number, cursor_.Read<uint32_t>(key));
        ARGOSY_TRY(const uint64_t count, cursor_.Read<uint64_t>(key));
        const auto type = static_cast<ValueType>(type_number);
        const size_t least = MinBytes(type);
        if (least == 0) {
            return ByteCursor::Fail(start, ErrorCode::kCorrupt,
                                    "{}: element type {} is not one of 0 to 12", key, type_number);
        }
        if (count > cursor_.left() / least) {
            return ByteCursor::Fail(start + 4, ErrorCode::kCorrupt,
                                    "{}: {} elements do not fit into the {} bytes left", key, count,
                                    cursor_.left());
        }
        elements_ += count;
        if (elements_ > kMaxElements) {
            return ByteCursor::Fail(start + 4, ErrorCode::kCorrupt,
                                    "{}: more than {} array elements in all", key, kMaxElements);
        }
        return ReadElements(key, depth, type, count, array, empty);
    }

    Result<void> ReadElements(std::string_view key, int depth, ValueType type, uint64_t count,
                              MetaArray& array, bool& empty) {
        switch (type) {
            case ValueType::kUint8:
                return AppendNumbers<uint8_t>(key, count, array, empty);
            case ValueType::kInt8:
                return AppendNumbers<int8_t>(key, count, array, empty);
            case ValueType::kUint16:
                return AppendNumbers<uint16_t>(key, count, array, empty);
            case ValueType::kInt16:
                return AppendNumbers<int16_t>(key, count, array, empty);
            case ValueType::kUint32:
                return AppendNumbers<uint32_t>(key, count, array, empty);
            case ValueType::kInt32:
                return AppendNumbers<int32_t>(key, count, array, empty);
            case ValueType::kUint64:
                return AppendNumbers<uint64_t>(key, count, array, empty);
            case ValueType::kInt64:
                return AppendNumbers<int64_t>(key, count, array, empty);
            case ValueType::kFloat32:
                return AppendNumbers<float>(key, count, array, empty);
            case ValueType::kFloat64:
                return AppendNumbers<double>(key, count, array, empty);
            case ValueType::kString:
                return AppendStrings(key, count, array, empty);
            case ValueType::kBool:
                return Append<bool>(key, count, array, empty, [&] { return Flag(key); });
            case ValueType::kArray:
                break;
        }
        if (depth == kMaxArrayDepth) {
            return ByteCursor::Fail(cursor_.offset(), ErrorCode::kCorrupt,
                                    "{}: arrays nested deeper than {}", key, kMaxArrayDepth);
        }
        for (uint64_t i = 0; i < count; ++i) {
            ARGOSY_CHECK_OK(ReadArray(key, depth + 1, array, empty));
        }
        return {};
    }

    ByteCursor& cursor_;
    uint64_t elements_ = 0;
};

}  // namespace

Result<Metadata> ReadMetadata(ByteCursor& cursor, uint64_t count) {
    Metadata metadata;
    MetadataReader reader(cursor);
    for (uint64_t i = 0; i < count; ++i) {
        const size_t start = cursor.offset();
        const std::string field = fmt::format("metadata key {}", i);
        ARGOSY_TRY(const std::string_view key, cursor.ReadString(field, kMaxNameBytes));
        if (key.empty()) return ByteCursor::Fail(start, ErrorCode::kCorrupt, "{} is empty", field);
        if (metadata.contains(key)) {
            return ByteCursor::Fail(start, ErrorCode::kCorrupt, "metadata key {} is there twice",
                                    key);
        }
        ARGOSY_TRY(const uint32_t type, cursor.Read<uint32_t>(key));
        ARGOSY_TRY(MetaValue value, reader.ReadValue(key, static_cast<ValueType>(type)));
        metadata.emplace(key, std::move(value));
    }
    return metadata;
}

}  // namespace argosy::gguf
