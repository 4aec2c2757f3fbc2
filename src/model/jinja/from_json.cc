#include "model/jinja/from_json.h"

#include "model/jinja/print.h"

namespace argosy::jinja {

Value FromJson(const json::value& value, int depth) {
    if (depth > kMaxValueDepth) FailLimit("the messages nest more than {} deep", kMaxValueDepth);
    switch (value.kind()) {
        case json::kind::null:
            return {};
        case json::kind::bool_:
            return value.get_bool();
        case json::kind::int64:
            return value.get_int64();
        case json::kind::uint64:
            return static_cast<double>(value.get_uint64());
        case json::kind::double_:
            return value.get_double();
        case json::kind::string: {
            const auto& text = value.get_string();
            return std::string(text.data(), text.size());
        }
        case json::kind::array: {
            std::vector<Value> items;
            for (const json::value& item : value.get_array()) {
                items.push_back(FromJson(item, depth + 1));
            }
            return Value::MakeList(std::move(items));
        }
        case json::kind::object:
            break;
    }
    Dict dict;
    for (const auto& entry : value.get_object()) {
        dict.Set(Value(std::string(entry.key())), FromJson(entry.value(), depth + 1));
    }
    return MakeDict(std::move(dict));
}

std::string PythonJson(const json::value& value) {
    try {
        return ToJson(FromJson(value), JsonStyle());
    } catch (const Failure&) {
        return json::serialize(value);
    }
}

}  // namespace argosy::jinja
