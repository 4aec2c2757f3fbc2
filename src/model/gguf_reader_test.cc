#include "model/gguf_reader.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "model/gguf_format.h"
#include "model/gguf_writer.h"

namespace argosy {
namespace {

using gguf::ValueType;

/// Builds files byte by byte, right or wrong.
class Bytes {
  public:
    template <typename T>
    Bytes& Put(T value) {
        data_.append(reinterpret_cast<const char*>(&value), sizeof value);
        return *this;
    }
    Bytes& Str(std::string_view text) {
        Put<uint64_t>(text.size());
        data_.append(text);
        return *this;
    }
    Bytes& Key(std::string_view name, ValueType type) {
        return Str(name).Put(std::to_underlying(type));
    }
    Bytes& Head(uint64_t tensors, uint64_t keys, uint32_t version = 3) {
        return Put(gguf::kMagic).Put(version).Put(tensors).Put(keys);
    }
    Bytes& Tensor(std::string_view name, std::vector<uint64_t> shape, uint32_t type,
                  uint64_t offset) {
        Str(name).Put(static_cast<uint32_t>(shape.size()));
        for (const uint64_t size : shape) Put(size);
        return Put(type).Put(offset);
    }
    Bytes& Pad(size_t extra = 0) {
        data_.resize((data_.size() + 31) / 32 * 32 + extra);
        return *this;
    }
    Result<GgufContents> Parse() const {
        return ParseGguf(std::as_bytes(std::span(data_.data(), data_.size())));
    }
    const std::string& data() const { return data_; }

  private:
    std::string data_;
};

TEST(GgufReader, ReadsEveryKindOfMetadata) {
    Bytes file;
    file.Head(0, 16);
    file.Key("u8", ValueType::kUint8).Put<uint8_t>(200);
    file.Key("i8", ValueType::kInt8).Put<int8_t>(-100);
    file.Key("u16", ValueType::kUint16).Put<uint16_t>(60000);
    file.Key("i16", ValueType::kInt16).Put<int16_t>(-30000);
    file.Key("u32", ValueType::kUint32).Put<uint32_t>(4000000000u);
    file.Key("i32", ValueType::kInt32).Put<int32_t>(-2000000000);
    file.Key("u64", ValueType::kUint64).Put(std::numeric_limits<uint64_t>::max());
    file.Key("i64", ValueType::kInt64).Put(std::numeric_limits<int64_t>::min());
    file.Key("f32", ValueType::kFloat32).Put(0.5f);
    file.Key("f64", ValueType::kFloat64).Put(0.1);
    file.Key("flag", ValueType::kBool).Put<uint8_t>(1);
    file.Key("text", ValueType::kString).Str("Träger");
    file.Key("ints", ValueType::kArray).Put(std::to_underlying(ValueType::kInt16));
    file.Put<uint64_t>(2).Put<int16_t>(-1).Put<int16_t>(7);
    file.Key("texts", ValueType::kArray).Put(std::to_underlying(ValueType::kString));
    file.Put<uint64_t>(2).Str("a").Str("");
    file.Key("flags", ValueType::kArray).Put(std::to_underlying(ValueType::kBool));
    file.Put<uint64_t>(2).Put<uint8_t>(0).Put<uint8_t>(1);
    file.Key("nested", ValueType::kArray).Put(std::to_underlying(ValueType::kArray));
    file.Put<uint64_t>(2).Put(std::to_underlying(ValueType::kFloat32)).Put<uint64_t>(1).Put(1.5f);
    file.Put(std::to_underlying(ValueType::kFloat64)).Put<uint64_t>(2).Put(2.5).Put(3.5);
    auto contents = file.Parse();
    ASSERT_TRUE(contents) << contents.error().ToString();
    const auto get = [&](const char* key) { return contents->metadata.at(key); };
    EXPECT_EQ(get("u8"), MetaValue(int64_t{200}));
    EXPECT_EQ(get("i8"), MetaValue(int64_t{-100}));
    EXPECT_EQ(get("u16"), MetaValue(int64_t{60000}));
    EXPECT_EQ(get("i16"), MetaValue(int64_t{-30000}));
    EXPECT_EQ(get("u32"), MetaValue(int64_t{4000000000}));
    EXPECT_EQ(get("i32"), MetaValue(int64_t{-2000000000}));
    EXPECT_EQ(get("u64"), MetaValue(std::numeric_limits<uint64_t>::max()));
    EXPECT_EQ(get("i64"), MetaValue(std::numeric_limits<int64_t>::min()));
    EXPECT_EQ(get("f32"), MetaValue(0.5));
    EXPECT_EQ(get("f64"), MetaValue(0.1));
    EXPECT_EQ(get("flag"), MetaValue(true));
    EXPECT_EQ(get("text"), MetaValue(std::string("Träger")));
    EXPECT_EQ(get("ints"), MetaValue(MetaArray(std::vector<int64_t>{-1, 7})));
    EXPECT_EQ(get("texts"), MetaValue(MetaArray(std::vector<std::string>{"a", ""})));
    EXPECT_EQ(get("flags"), MetaValue(MetaArray(std::vector<bool>{false, true})));
    EXPECT_EQ(get("nested"), MetaValue(MetaArray(std::vector<double>{1.5, 2.5, 3.5})));
}

TEST(GgufReader, ReadsVersion2AndTensorsAtTheirAlignment) {
    Bytes file;
    file.Head(2, 1, 2);
    file.Key("general.alignment", ValueType::kUint32).Put<uint32_t>(64);
    file.Tensor("a", {4, 2}, 0, 0).Tensor("b", {32}, 8, 64);
    std::string data = file.data();
    data.resize((data.size() + 63) / 64 * 64 + 64 + 34);
    data[data.size() - 34] = 'x';
    auto contents = ParseGguf(std::as_bytes(std::span(data.data(), data.size())));
    ASSERT_TRUE(contents) << contents.error().ToString();
    ASSERT_EQ(contents->tensors.size(), 2u);
    EXPECT_EQ(contents->tensors[0].rows(), 2);
    EXPECT_EQ(contents->tensors[0].bytes.size(), 32u);
    EXPECT_EQ(contents->tensors[1].type, DType::kQ8_0);
    EXPECT_EQ(contents->tensors[1].bytes.front(), std::byte{'x'});
}

struct Hostile {
    const char* name;
    std::function<void(Bytes&)> build;
    std::string error;  // as ToString() gives it
};

std::vector<Hostile> HostileFiles() {
    constexpr uint64_t kHuge = std::numeric_limits<uint64_t>::max();
    const auto array = std::to_underlying(ValueType::kArray);
    const auto string = std::to_underlying(ValueType::kString);
    return {
        {"Empty", [](Bytes&) {}, "offset 0: magic: the file ends here, 4 bytes expected"},
        {"Magic", [](Bytes& b) { b.Put(0x12345678); }, "offset 0: magic is 12345678, not \"GGUF\""},
        {"Version1", [](Bytes& b) { b.Head(0, 0, 1); },
         "offset 4: version 1 is not supported, only 2 and 3"},
        {"BigEndian", [](Bytes& b) { b.Head(0, 0, 0x03000000); },
         "offset 4: version 50331648 means big-endian, only little-endian is supported"},
        {"CutHeader", [](Bytes& b) { b.Put(gguf::kMagic).Put(3).Put(1); },
         "offset 8: tensor count: the file ends here, 8 bytes expected"},
        {"TensorCount", [](Bytes& b) { b.Head(kHuge, 0); },
         "offset 8: tensor count 18446744073709551615 is more than 262144"},
        {"KeyCount", [](Bytes& b) { b.Head(0, 1u << 20); },
         "offset 16: metadata count 1048576 is more than 65536"},
        {"KeyLength", [](Bytes& b) { b.Head(0, 1).Put(kHuge); },
         "offset 24: metadata key 0: length 18446744073709551615 is more than the 0 bytes left"},
        {"LongKey", [](Bytes& b) { b.Head(0, 1).Str(std::string(2000, 'k')); },
         "offset 24: metadata key 0: length 2000 is more than the limit of 1024"},
        {"EmptyKey", [](Bytes& b) { b.Head(0, 1).Str("").Put<uint64_t>(0); },
         "offset 24: metadata key 0 is empty"},
        {"KeyTwice",
         [](Bytes& b) {
             b.Head(0, 2).Key("k", ValueType::kUint8).Put<uint8_t>(1);
             b.Key("k", ValueType::kUint8).Put<uint8_t>(1);
         },
         "offset 38: metadata key k is there twice"},
        {"ValueType", [](Bytes& b) { b.Head(0, 1).Str("k").Put(13); },
         "offset 33: k: value type 13 is not one of 0 to 12"},
        {"CutValue", [](Bytes& b) { b.Head(0, 1).Key("k", ValueType::kUint64).Put(1); },
         "offset 37: k: the file ends here, 8 bytes expected"},
        {"StringLength", [](Bytes& b) { b.Head(0, 1).Key("k", ValueType::kString).Put(kHuge - 3); },
         "offset 37: k: length 18446744073709551612 is more than the 0 bytes left"},
        {"Boolean", [](Bytes& b) { b.Head(0, 1).Key("k", ValueType::kBool).Put<uint8_t>(2); },
         "offset 37: k: boolean is 2, not 0 or 1"},
        {"ArrayType",
         [](Bytes& b) { b.Head(0, 1).Key("k", ValueType::kArray).Put(99).Put<uint64_t>(0); },
         "offset 37: k: element type 99 is not one of 0 to 12"},
        {"ArrayCount",
         [=](Bytes& b) {
             b.Head(0, 1).Key("k", ValueType::kArray).Put(string).Put(kHuge / 8).Pad();
         },
         "offset 41: k: 2305843009213693951 elements do not fit into the 15 bytes left"},
        {"NestedTooDeep",
         [=](Bytes& b) {
             b.Head(0, 1).Key("k", ValueType::kArray);
             for (int i = 0; i < 5; ++i) b.Put(array).Put<uint64_t>(1);
         },
         "offset 85: k: arrays nested deeper than 4"},
        {"MixedNesting",
         [=](Bytes& b) {
             b.Head(0, 1).Key("k", ValueType::kArray).Put(array).Put<uint64_t>(2);
             b.Put(0).Put<uint64_t>(1).Put<uint8_t>(1).Put(string).Put<uint64_t>(1).Str("x");
         },
         "offset 74: k: an array of arrays of different kinds"},
        {"Alignment",
         [](Bytes& b) {
             b.Head(0, 1).Key("general.alignment", ValueType::kUint32).Put<uint32_t>(24);
         },
         "general.alignment is 24, not a power of two up to 65536"},
        {"AlignmentKind",
         [](Bytes& b) { b.Head(0, 1).Key("general.alignment", ValueType::kString).Str("8"); },
         "general.alignment is no integer, not a power of two up to 65536"},
        {"TensorTwice",
         [](Bytes& b) { b.Head(2, 0).Tensor("t", {8}, 0, 0).Tensor("t", {8}, 0, 32).Pad(64); },
         "offset 57: tensor t is there twice"},
        {"TensorNameLength", [](Bytes& b) { b.Head(1, 0).Put(kHuge); },
         "offset 24: name of tensor 0: length 18446744073709551615 is more than the 0 bytes left"},
        {"Dimensions", [](Bytes& b) { b.Head(1, 0).Tensor("t", {1, 1, 1, 1, 1}, 0, 0); },
         "tensor t: offset 33: 5 dimensions, more than 4"},
        {"ZeroDimension", [](Bytes& b) { b.Head(1, 0).Tensor("t", {4, 0}, 0, 0); },
         "tensor t: offset 45: dimension 1 is 0: a tensor without elements"},
        {"ShapeOverflow",
         [](Bytes& b) { b.Head(1, 0).Tensor("t", {1u << 31, 1u << 31, 16}, 0, 0); },
         "tensor t: offset 45: dimension 1 is 2147483648: the shape's product overflows"},
        {"NegativeDimension", [](Bytes& b) { b.Head(1, 0).Tensor("t", {kHuge}, 0, 0); },
         "tensor t: offset 37: dimension 0 is 18446744073709551615: the shape's product overflows"},
        {"TensorType", [](Bytes& b) { b.Head(1, 0).Tensor("t", {4}, 4, 0); },
         "tensor t: offset 45: type 4 is not supported"},
        {"HalfABlock", [](Bytes& b) { b.Head(1, 0).Tensor("t", {33}, 8, 0).Pad(64); },
         "tensor t: offset 45: rows of 33 elements are not whole blocks of Q8_0 (32)"},
        {"Unaligned", [](Bytes& b) { b.Head(1, 0).Tensor("t", {4}, 0, 16).Pad(64); },
         "tensor t: offset 49: data offset 16 is not aligned to 32"},
        {"PastEnd", [](Bytes& b) { b.Head(1, 0).Tensor("t", {9}, 0, 0).Pad(32); },
         "tensor t: offset 49: 36 bytes at data offset 0 end beyond the 32 bytes of data (is the "
         "file cut short?)"},
        {"OffsetPastEnd", [](Bytes& b) { b.Head(1, 0).Tensor("t", {8}, 0, kHuge - 31).Pad(32); },
         "tensor t: offset 49: 32 bytes at data offset 18446744073709551584 end beyond the 32 "
         "bytes of data (is the file cut short?)"},
        {"NoData", [](Bytes& b) { b.Head(1, 0).Tensor("t", {1}, 0, 0); },
         "tensor t: offset 49: 4 bytes at data offset 0 end beyond the 0 bytes of data (is the "
         "file cut short?)"},
    };
}

TEST(GgufReader, RefusesHostileFilesNamingFieldAndOffset) {
    for (const Hostile& hostile : HostileFiles()) {
        Bytes file;
        hostile.build(file);
        const auto contents = file.Parse();
        ASSERT_FALSE(contents) << hostile.name;
        EXPECT_EQ(contents.error().ToString(), hostile.error) << hostile.name;
    }
}

TEST(GgufReader, EveryPrefixOfAFileIsRefused) {
    Bytes file;
    file.Head(1, 2).Key("text", ValueType::kString).Str("value");
    file.Key("list", ValueType::kArray).Put(std::to_underlying(ValueType::kString));
    file.Put<uint64_t>(1).Str("x").Tensor("t", {8, 2}, 0, 0).Pad(64);
    ASSERT_TRUE(file.Parse());
    for (size_t size = 0; size < file.data().size(); ++size) {
        EXPECT_FALSE(ParseGguf(std::as_bytes(std::span(file.data().data(), size)))) << size;
    }
}

class GgufFiles : public testing::Test {
  protected:
    void SetUp() override {
        folder_ = std::filesystem::path(testing::TempDir()) /
                  testing::UnitTest::GetInstance()->current_test_info()->name();
        std::filesystem::create_directories(folder_);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    static TensorView Floats(std::string name, std::span<const float> values) {
        TensorView tensor;
        tensor.name = std::move(name);
        tensor.shape[0] = static_cast<int64_t>(values.size());
        tensor.bytes = std::as_bytes(values);
        return tensor;
    }
    /// Writes with our writer, but the layout keys as given (it drops them).
    void WriteSplit(const std::string& name, int64_t number, int64_t count, TensorView tensor) {
        Bytes file;
        file.Head(1, 2);
        file.Key("split.no", ValueType::kUint16).Put(static_cast<uint16_t>(number));
        file.Key("split.count", ValueType::kUint16).Put(static_cast<uint16_t>(count));
        file.Tensor(tensor.name, {static_cast<uint64_t>(tensor.shape[0])}, 0, 0).Pad();
        std::ofstream out(folder_ / name, std::ios::binary);
        out << file.data();
        out.write(reinterpret_cast<const char*>(tensor.bytes.data()),
                  static_cast<std::streamsize>(tensor.bytes.size()));
    }

    std::filesystem::path folder_;
};

TEST_F(GgufFiles, WhatIsWrittenIsReadBack) {
    const std::vector<float> a{1, 2, 3}, b{4, 5};
    Metadata metadata{
        {"general.architecture", std::string("llama")},
        {"general.alignment", int64_t{4096}},
        {"llama.block_count", int64_t{2}},
        {"negative", int64_t{-5}},
        {"large", int64_t{1} << 40},
        {"larger", std::numeric_limits<uint64_t>::max()},
        {"eps", 0.5},
        {"flag", true},
        {"ints", MetaArray(std::vector<int64_t>{1, -2})},
        {"longs", MetaArray(std::vector<int64_t>{int64_t{1} << 40})},
        {"floats", MetaArray(std::vector<double>{0.25})},
        {"texts", MetaArray(std::vector<std::string>{"x", "yz"})},
        {"flags", MetaArray(std::vector<bool>{true, false})},
        {"tokenizer.ggml.precompiled_charsmap", MetaArray(std::vector<int64_t>{255, 0})},
    };
    const std::vector<TensorView> tensors{Floats("a", a), Floats("b", b)};
    const auto path = folder_ / "model.gguf";
    GgufWriter writer = OrThrow(GgufWriter::Create(path, metadata, tensors));
    EXPECT_FALSE(writer.Finish());
    ASSERT_TRUE(writer.Append(tensors[0].bytes.first(4)));
    EXPECT_FALSE(writer.Append(std::as_bytes(std::span(a))));
    ASSERT_TRUE(writer.Append(tensors[0].bytes.subspan(4)));
    ASSERT_TRUE(writer.Append(tensors[1].bytes));
    EXPECT_FALSE(std::filesystem::exists(path));
    ASSERT_TRUE(writer.Finish());
    const auto model = OrThrow(OpenModel(path));
    metadata.erase("general.alignment");
    EXPECT_EQ(model->keys().size(), metadata.size());
    for (const auto& [key, value] : metadata) EXPECT_EQ(*model->Find(key), value) << key;
    EXPECT_EQ(model->tensor_bytes(), 20u);
    const TensorView* read = model->FindTensor("b");
    ASSERT_NE(read, nullptr);
    EXPECT_EQ(std::memcmp(read->bytes.data(), b.data(), 8), 0);
    model->DropPages();
    EXPECT_EQ(std::memcmp(read->bytes.data(), b.data(), 8), 0);
}

TEST_F(GgufFiles, TypedGettersTellTheirKinds) {
    StoredModelParts parts;
    parts.path = "m.gguf";
    parts.metadata = {{"text", std::string("t")},
                      {"int", int64_t{3}},
                      {"float", 1.5},
                      {"huge", std::numeric_limits<uint64_t>::max()},
                      {"texts", MetaArray(std::vector<std::string>{"a"})}};
    const StoredModel model(std::move(parts));
    EXPECT_EQ(model.GetString("text"), "t");
    EXPECT_EQ(model.GetInt("int"), 3);
    EXPECT_EQ(model.GetFloat("int"), 3.0);
    EXPECT_EQ(model.GetInt("float"), std::nullopt);
    EXPECT_EQ(model.GetBool("none"), std::nullopt);
    EXPECT_EQ(model.GetStrings("texts")->size(), 1u);
    EXPECT_EQ(model.RequireInt("none").error().ToString(), "m.gguf: metadata key none is missing");
    EXPECT_EQ(model.RequireInt("text").error().ToString(),
              "m.gguf: metadata key text is text, not integer");
    EXPECT_EQ(model.RequireString("texts").error().message,
              "metadata key texts is array of texts, not text");
    EXPECT_EQ(model.RequireInt("huge").error().code, ErrorCode::kCorrupt);
}

TEST_F(GgufFiles, ASplitSetOpensByItsFirstFile) {
    const std::vector<float> a(8, 1.0f), b(8, 2.0f);
    WriteSplit("m-00001-of-00002.gguf", 0, 2, Floats("a", a));
    EXPECT_EQ(OpenModel(folder_ / "m-00001-of-00002.gguf").error().code, ErrorCode::kNotFound);
    WriteSplit("m-00002-of-00002.gguf", 1, 2, Floats("b", b));
    const auto model = OrThrow(OpenModel(folder_ / "m-00001-of-00002.gguf"));
    ASSERT_NE(model->FindTensor("b"), nullptr);
    EXPECT_EQ(model->tensors().size(), 2u);
    EXPECT_NE(OpenModel(folder_ / "m-00002-of-00002.gguf").error().message.find("open the first"),
              std::string::npos);
    WriteSplit("m-00002-of-00002.gguf", 1, 2, Floats("a", b));
    EXPECT_EQ(OpenModel(folder_ / "m-00001-of-00002.gguf").error().message,
              "tensor a is in two files of the split");
    WriteSplit("m-00002-of-00002.gguf", 0, 2, Floats("b", b));
    EXPECT_EQ(OpenModel(folder_ / "m-00001-of-00002.gguf").error().message,
              "split.no is 0, split.count 2; expected 1 and 2");
    WriteSplit("other.gguf", 0, 2, Floats("a", a));
    EXPECT_EQ(OpenModel(folder_ / "other.gguf").error().message,
              "split.count is 2, but the file's name does not end in -00001-of-00002.gguf");
}

TEST_F(GgufFiles, OpenModelTellsWhatIsMissing) {
    EXPECT_EQ(OpenModel(folder_ / "none.gguf").error().code, ErrorCode::kNotFound);
    EXPECT_NE(OpenModel(folder_).error().message.find("no config.json"), std::string::npos);
}

}  // namespace
}  // namespace argosy
