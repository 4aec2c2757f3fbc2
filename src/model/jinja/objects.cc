#include "model/jinja/objects.h"

#include <algorithm>

#include "model/jinja/print.h"

namespace argosy::jinja {
namespace {

// Printing values from inside Object::Repr (no depth argument there) counts its depth here: only
// namespaces can nest in themselves.
thread_local int repr_depth = 0;

struct ReprGuard {
    ReprGuard() {
        if (++repr_depth > kMaxValueDepth) {
            --repr_depth;
            FailLimit("printing nests more than {} deep", kMaxValueDepth);
        }
    }
    ~ReprGuard() { --repr_depth; }
};

}  // namespace

Range::Range(int64_t start, int64_t stop, int64_t step) : start_(start), stop_(stop), step_(step) {
    if (step == 0) Fail("range() arg 3 must not be zero");
    // In 128 bits no difference overflows.
    const __int128 span =
        step > 0 ? static_cast<__int128>(stop) - start : static_cast<__int128>(start) - stop;
    const __int128 stride = step > 0 ? static_cast<__int128>(step) : -static_cast<__int128>(step);
    const __int128 size = span <= 0 ? 0 : (span + stride - 1) / stride;
    if (size > 100000) {
        FailLimit("Range too big. The sandbox blocks ranges larger than 100000 items");
    }
    size_ = static_cast<int64_t>(size);
}

std::string Range::Repr() const {
    if (step_ == 1) return fmt::format("range({}, {})", start_, stop_);
    return fmt::format("range({}, {}, {})", start_, stop_, step_);
}

bool Range::Contains(int64_t value) const {
    for (int64_t i = 0; i < size_; ++i) {
        if (At(i) == value) return true;
    }
    return false;
}

Sequence::Sequence(std::string type, std::vector<Value> items, bool is_view)
    : name(std::move(type)), values(std::move(items)), view(is_view) {
    for (const Value& value : values) {
        depth = std::max(depth, value.depth() + 1);
        weight += value.weight();
    }
    if (weight > kMaxValueWeight) FailLimit("a value has more than {} items", kMaxValueWeight);
    if (depth > kMaxValueDepth) FailLimit("values nest more than {} deep", kMaxValueDepth);
}

std::string Sequence::Repr() const {
    if (!view) return "<" + name + " object>";
    return name + "(" + jinja::Repr(Value::MakeList(values)) + ")";
}

std::string Namespace::Repr() const {
    ReprGuard guard;
    std::string out = "<Namespace {";
    for (const auto& [key, value] : attributes.entries()) {
        if (out.back() != '{') out += ", ";
        out += jinja::Repr(key) + ": " + jinja::Repr(value);
    }
    return out + "}>";
}

std::vector<const Value*> Bind(std::string_view function, const Args& args,
                               std::initializer_list<std::string_view> names, size_t required) {
    std::vector<const Value*> bound(names.size(), nullptr);
    if (args.positional.size() > names.size()) {
        Fail("{}() takes at most {} arguments ({} given)", function, names.size(),
             args.positional.size());
    }
    for (size_t i = 0; i < args.positional.size(); ++i) bound[i] = &args.positional[i];
    for (const auto& [name, value] : args.named) {
        const auto* it = std::find(names.begin(), names.end(), name);
        if (it == names.end()) {
            Fail("{}() got an unexpected keyword argument '{}'", function, name);
        }
        const Value*& slot = bound[static_cast<size_t>(it - names.begin())];
        if (slot) Fail("{}() got multiple values for argument '{}'", function, name);
        slot = &value;
    }
    for (size_t i = 0; i < required; ++i) {
        if (!bound[i]) {
            Fail("{}() is missing the argument '{}'", function, *(names.begin() + i));
        }
    }
    return bound;
}

}  // namespace argosy::jinja
