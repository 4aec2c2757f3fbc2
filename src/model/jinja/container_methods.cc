// The methods of list, tuple and dict: only those that leave the object as it is.
#include <algorithm>

#include "model/jinja/operations.h"

namespace argosy::jinja {
namespace {

Value Bound(const std::string& name, Function::Body body) {
    return std::make_shared<Function>(name, std::move(body));
}

Value Unsafe(const Value& self, const std::string& name) {
    return Value::MakeUndefined("access to attribute '" + name + "' of '" +
                                std::string(self.TypeName()) + "' object is unsafe.");
}

bool OneOf(const std::string& name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<Value> Pairs(const Dict& dict) {
    std::vector<Value> pairs;
    for (const auto& [key, value] : dict.entries()) pairs.push_back(Value::MakeTuple({key, value}));
    return pairs;
}

Value DictView(Interpreter& in, const std::string& name, const Dict& dict) {
    in.Charge(dict.size());
    std::vector<Value> values;
    if (name == "items") {
        values = Pairs(dict);
    } else {
        for (const auto& [key, value] : dict.entries()) {
            values.push_back(name == "keys" ? key : value);
        }
    }
    return std::make_shared<Sequence>("dict_" + name, std::move(values), true);
}

std::optional<Value> DictMethod(const Value& self, const std::string& name) {
    if (OneOf(name, {"clear", "pop", "popitem", "setdefault", "update"})) {
        return Unsafe(self, name);
    }
    if (name == "get") {
        return Bound(name, [self](Interpreter&, const Args& args) {
            const auto bound = Bind("get", args, {"key", "default"}, 1);
            const Value* found = self.dict().Find(*bound[0]);
            if (found) return *found;
            return bound[1] ? *bound[1] : Value();
        });
    }
    if (OneOf(name, {"items", "keys", "values"})) {
        return Bound(name, [self, name](Interpreter& in, const Args& args) {
            Bind(name, args, {}, 0);
            return DictView(in, name, self.dict());
        });
    }
    if (name == "copy") {
        return Bound(name, [self](Interpreter&, const Args&) { return self; });
    }
    return std::nullopt;
}

std::optional<Value> ListMethod(const Value& self, const std::string& name) {
    const bool tuple = self.IsTuple();
    if (!tuple &&
        OneOf(name, {"append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove"})) {
        return Unsafe(self, name);
    }
    if (name == "copy" && !tuple) {
        return Bound(name, [self](Interpreter&, const Args&) { return self; });
    }
    if (name == "count") {
        return Bound(name, [self](Interpreter& in, const Args& args) {
            const auto bound = Bind("count", args, {"value"}, 1);
            in.Charge(self.items().size());
            int64_t count = 0;
            for (const Value& item : self.items()) count += Equal(item, *bound[0]);
            return Value(count);
        });
    }
    if (name == "index") {
        return Bound(name, [self](Interpreter& in, const Args& args) {
            const auto bound = Bind("index", args, {"value"}, 1);
            in.Charge(self.items().size());
            for (size_t i = 0; i < self.items().size(); ++i) {
                if (Equal(self.items()[i], *bound[0])) return Value(static_cast<int64_t>(i));
            }
            Fail("{} is not in list", Repr(*bound[0]));
        });
    }
    return std::nullopt;
}

}  // namespace

std::optional<Value> FindMethod(const Value& self, const std::string& name) {
    if (self.IsDict()) return DictMethod(self, name);
    if (self.IsList()) return ListMethod(self, name);
    if (!self.IsText()) return std::nullopt;
    auto body = FindTextMethod(self.text_pointer(), name);
    if (!body) return std::nullopt;
    return Bound(name, std::move(*body));
}

}  // namespace argosy::jinja
