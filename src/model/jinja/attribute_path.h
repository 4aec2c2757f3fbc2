// "address.city" or "items.0": how filters name a part of each item.
#pragma once

#include <string>
#include <vector>

#include "model/jinja/operations.h"
#include "model/jinja/unicode.h"

namespace argosy::jinja {

class AttributePath {
  public:
    /// nullptr: the item itself. A text is split at its dots; anything else is one key.
    explicit AttributePath(const Value* attribute) {
        if (!attribute) return;
        if (!attribute->IsText()) {
            parts_.push_back(*attribute);
            return;
        }
        const std::string& text = attribute->text();
        for (size_t start = 0; start <= text.size();) {
            const size_t dot = std::min(text.find('.', start), text.size());
            AddPart(text.substr(start, dot - start));
            start = dot + 1;
        }
    }

    Value Get(Value item, const Value* fallback = nullptr) const {
        for (const Value& part : parts_) {
            item = GetItem(item, part);
            if (item.IsUndefined() && fallback && !fallback->IsNone()) item = *fallback;
        }
        return item;
    }

  private:
    void AddPart(std::string part) {
        const bool digits = !part.empty() && part.size() < 18 &&
                            part.find_first_not_of("0123456789") == std::string::npos;
        parts_.push_back(digits ? Value(int64_t{std::stoll(part)}) : Value(std::move(part)));
    }

    std::vector<Value> parts_;
};

/// Case-insensitive comparisons: texts in lower case, anything else as it is.
inline Value IgnoreCase(Value value) { return value.IsText() ? Value(Lower(value.text())) : value; }

}  // namespace argosy::jinja
