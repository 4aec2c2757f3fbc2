// The functions a template finds without being given them.
#include <ctime>

#include "model/jinja/operations.h"

namespace argosy::jinja {
namespace {

class Cycler : public Attributed {
  public:
    explicit Cycler(std::vector<Value> items) : items_(std::move(items)) {}
    std::string_view type_name() const override { return "Cycler"; }
    bool callable() const override { return false; }
    Value Call(Interpreter&, Args) override { Fail("'Cycler' object is not callable"); }
    Value Attribute(const std::string& name) override {
        if (name == "current") return items_[*pos_];
        if (name == "next") {
            return std::make_shared<Function>(
                name, [items = items_, pos = pos_](Interpreter&, const Args&) {
                    const Value value = items[*pos];
                    *pos = (*pos + 1) % items.size();
                    return value;
                });
        }
        if (name == "reset") {
            return std::make_shared<Function>(name, [pos = pos_](Interpreter&, const Args&) {
                *pos = 0;
                return Value();
            });
        }
        return Value::MakeUndefined("'Cycler object' has no attribute '" + name + "'");
    }

  private:
    std::vector<Value> items_;
    std::shared_ptr<size_t> pos_ = std::make_shared<size_t>(0);
};

// The items of dict(mapping or pairs, name=value ...), put into `out`.
void FillDict(Interpreter& in, const Args& args, Dict& out) {
    if (args.positional.size() > 1) {
        Fail("dict expected at most 1 argument, got {}", args.positional.size());
    }
    if (!args.positional.empty()) {
        const Value& source = args.positional[0];
        if (source.IsDict()) {
            in.Charge(source.dict().size());
            for (const auto& [key, value] : source.dict().entries()) out.Set(key, value);
        } else {
            for (const Value& pair : in.Iterate(source)) {
                const std::vector<Value> both = in.Iterate(pair);
                if (both.size() != 2) {
                    Fail("a dict takes pairs, not {} values", both.size());
                }
                out.Set(both[0], both[1]);
            }
        }
    }
    for (const auto& [name, value] : args.named) out.Set(Value(name), value);
}

Value DictGlobal(Interpreter& in, const Args& args) {
    Dict dict;
    FillDict(in, args, dict);
    return MakeDict(std::move(dict));
}

Value NamespaceGlobal(Interpreter& in, const Args& args) {
    auto space = in.NewNamespace();
    FillDict(in, args, space->attributes);
    for (const auto& [name, value] : space->attributes.entries()) {
        if (name.IsText() && name.text().starts_with('_')) {
            Fail("a namespace cannot have the attribute '{}': it starts with an underscore",
                 name.text());
        }
    }
    return Value(std::move(space));
}

Value RangeGlobal(Interpreter&, const Args& args) {
    const auto bound = Bind("range", args, {"start", "stop", "step"}, 1);
    const auto get = [&](size_t i) {
        if (bound[i]->IsUndefined()) Fail("{}", bound[i]->why());
        if (!bound[i]->IsIntegral()) {
            Fail("'{}' object cannot be interpreted as an integer", bound[i]->TypeName());
        }
        return bound[i]->integer();
    };
    if (!bound[1]) return std::make_shared<Range>(0, get(0), 1);
    return std::make_shared<Range>(get(0), get(1), bound[2] ? get(2) : 1);
}

Value CyclerGlobal(Interpreter&, const Args& args) {
    if (args.positional.empty()) Fail("at least one item has to be provided");
    return std::make_shared<Cycler>(args.positional);
}

Value JoinerGlobal(Interpreter&, const Args& args) {
    const auto bound = Bind("joiner", args, {"sep"}, 0);
    const Value separator = bound[0] ? *bound[0] : Value(", ");
    return std::make_shared<Function>(
        "joiner", [separator, used = std::make_shared<bool>(false)](Interpreter&, const Args&) {
            if (*used) return separator;
            *used = true;
            return Value("");
        });
}

Value RaiseGlobal(Interpreter&, const Args& args) {
    const auto bound = Bind("raise_exception", args, {"message"}, 1);
    Fail("{}", ToText(*bound[0]));
}

Value StrftimeGlobal(Interpreter& in, const Args& args) {
    const auto bound = Bind("strftime_now", args, {"format"}, 1);
    const std::string& format = RequireText(*bound[0], "format");
    if (format.size() > 1000) FailLimit("a time format of more than 1000 bytes");
    if (format.empty()) return "";
    const auto now = static_cast<std::time_t>(in.now_unix_seconds());
    std::tm utc{};
    if (!gmtime_r(&now, &utc)) Fail("the time {} is out of range", in.now_unix_seconds());
    char text[16384];
    const size_t size = std::strftime(text, sizeof text, format.c_str(), &utc);
    return in.NewText(std::string(text, size));
}

}  // namespace

std::optional<Value> FindGlobal(const std::string& name) {
    Value (*function)(Interpreter&, const Args&) = nullptr;
    if (name == "range") function = RangeGlobal;
    if (name == "dict") function = DictGlobal;
    if (name == "namespace") function = NamespaceGlobal;
    if (name == "cycler") function = CyclerGlobal;
    if (name == "joiner") function = JoinerGlobal;
    if (name == "raise_exception") function = RaiseGlobal;
    if (name == "strftime_now") function = StrftimeGlobal;
    if (!function) return std::nullopt;
    return std::make_shared<Function>(name, function);
}

}  // namespace argosy::jinja
