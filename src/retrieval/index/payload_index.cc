#include "retrieval/index/payload_index.h"

#include <algorithm>
#include <cmath>

namespace argosy::retrieval {

namespace {

void Put(SlotSet& set, const std::vector<Slot>& slots) {
    for (const Slot slot : slots) set.Add(slot);
}

void PushOnce(std::vector<Slot>& slots, Slot slot) {
    if (slots.empty() || slots.back() != slot) slots.push_back(slot);
}

std::string WithoutBrackets(std::string_view key) {
    std::string name;
    for (size_t i = 0; i < key.size(); ++i) {
        if (key.substr(i, 2) == "[]") {
            ++i;
        } else {
            name += key[i];
        }
    }
    return name;
}

}  // namespace

void PayloadIndex::Add(Slot slot, const json::object& metadata) {
    slots_ = std::max<size_t>(slots_, slot + size_t{1});
    for (const auto& member : metadata) Walk(slot, std::string(member.key()), member.value());
}

void PayloadIndex::Walk(Slot slot, const std::string& prefix, const json::value& value) {
    if (const auto* list = value.if_array()) {
        for (const auto& element : *list) Walk(slot, prefix, element);
    } else if (const auto* object = value.if_object()) {
        // The object itself is a value too: a filter on its own name sees that it is there.
        AddField(slot, prefix, value);
        for (const auto& member : *object) {
            Walk(slot, prefix + "." + std::string(member.key()), member.value());
        }
    } else {
        AddField(slot, prefix, value);
    }
}

void PayloadIndex::AddField(Slot slot, const std::string& name, const json::value& value) {
    auto found = fields_.find(name);
    if (found == fields_.end()) {
        if (fields_.size() >= kMaxFields) {
            all_fields_ = false;
            return;
        }
        found = fields_.try_emplace(name).first;
    }
    AddValue(slot, found->second, value);
}

void PayloadIndex::AddValue(Slot slot, Field& field, const json::value& value) {
    if (value.is_null()) return PushOnce(field.nulls, slot);
    PushOnce(field.present, slot);
    if (value.is_bool()) {
        PushOnce(field.flags[value.get_bool() ? 1 : 0], slot);
    } else if (value.is_number()) {
        field.numbers.emplace_back(value.to_number<double>(), slot);
        SortNumbers(field);
    } else if (value.is_string() && value.get_string().size() <= kMaxKeywordBytes) {
        PushOnce(field.keywords[std::string(value.get_string())], slot);
    } else {
        field.complete = false;
    }
}

// New numbers wait unsorted until they are worth a merge; ranges look through them one by one.
void PayloadIndex::SortNumbers(Field& field) {
    const size_t waiting = field.numbers.size() - field.sorted;
    if (waiting < 1024 || waiting < field.sorted / 8) return;
    const auto middle = field.numbers.begin() + static_cast<ptrdiff_t>(field.sorted);
    std::sort(middle, field.numbers.end());
    std::vector<std::pair<double, Slot>> merged(field.numbers.size());
    std::merge(field.numbers.begin(), middle, middle, field.numbers.end(), merged.begin());
    field.numbers = std::move(merged);
    field.sorted = field.numbers.size();
}

// What one test selects in one field that is there.
struct PayloadIndex::SelectTest {
    const Field& field;
    size_t slots;

    Selection operator()(const MatchAny& test) const {
        Selection out{SlotSet(slots), true};
        for (const json::value& value : test.values) {
            if (value.is_bool()) {
                Put(out.slots, field.flags[value.get_bool() ? 1 : 0]);
            } else if (value.is_number()) {
                const double number = value.to_number<double>();
                PutRange(out.slots, Range{.gte = number, .lte = number});
                // Beyond 2^53 doubles run together, so that the documents must decide.
                if (std::abs(number) > 9007199254740992.0) out.exact = false;
            } else if (value.get_string().size() > kMaxKeywordBytes) {
                return Present(false);
            } else if (const auto found = field.keywords.find(std::string(value.get_string()));
                       found != field.keywords.end()) {
                Put(out.slots, found->second);
            }
        }
        return out;
    }
    Selection operator()(const MatchExcept&) const { return Present(false); }
    Selection operator()(const MatchText&) const { return Present(false); }
    Selection operator()(const Range& test) const {
        Selection out{SlotSet(slots), true};
        PutRange(out.slots, test);
        return out;
    }
    Selection operator()(const IsEmpty&) const {
        Selection out{SlotSet(slots, true), true};
        out.slots -= Present(true).slots;
        return out;
    }
    Selection operator()(const IsNull&) const {
        Selection out{SlotSet(slots), true};
        Put(out.slots, field.nulls);
        return out;
    }
    Selection operator()(const std::shared_ptr<const Filter>&) const {
        return {SlotSet(slots, true), false};
    }

    Selection Present(bool exact) const {
        Selection out{SlotSet(slots), exact};
        Put(out.slots, field.present);
        return out;
    }
    void PutRange(SlotSet& out, const Range& range) const {
        const auto end = field.numbers.begin() + static_cast<ptrdiff_t>(field.sorted);
        auto from = field.numbers.begin();
        const auto low = range.gte ? range.gte : range.gt;
        if (low) {
            from = std::lower_bound(from, end, std::pair<double, Slot>(*low, 0));
        }
        for (; from != end; ++from) {
            if (range.Holds(from->first)) {
                out.Add(from->second);
            } else if (!low || from->first > *low) {
                break;
            }
        }
        for (auto rest = end; rest != field.numbers.end(); ++rest) {
            if (range.Holds(rest->first)) out.Add(rest->second);
        }
    }
};

PayloadIndex::Selection PayloadIndex::Select(const Condition& condition) const {
    if (const auto* inner = std::get_if<std::shared_ptr<const Filter>>(&condition.test)) {
        return Select(**inner);
    }
    const auto found = fields_.find(WithoutBrackets(condition.key));
    if (found != fields_.end())
        return std::visit(SelectTest{found->second, slots_}, condition.test);
    if (!all_fields_) return {SlotSet(slots_, true), false};
    return {SlotSet(slots_, std::holds_alternative<IsEmpty>(condition.test)), true};
}

PayloadIndex::Selection PayloadIndex::Any(const std::vector<Condition>& conditions) const {
    Selection out{SlotSet(slots_), true};
    for (const Condition& condition : conditions) {
        const Selection one = Select(condition);
        out.slots |= one.slots;
        out.exact = out.exact && one.exact;
    }
    return out;
}

PayloadIndex::Selection PayloadIndex::Select(const Filter& filter) const {
    Selection out{SlotSet(slots_, true), true};
    for (const Condition& condition : filter.must) {
        const Selection one = Select(condition);
        out.slots &= one.slots;
        out.exact = out.exact && one.exact;
    }
    if (!filter.should.empty()) {
        const Selection one = Any(filter.should);
        out.slots &= one.slots;
        out.exact = out.exact && one.exact;
    }
    for (const Condition& condition : filter.must_not) {
        const Selection one = Select(condition);
        if (one.exact) {
            out.slots -= one.slots;
        } else {
            out.exact = false;
        }
    }
    return out;
}

std::vector<FieldSummary> PayloadIndex::Summaries(size_t max_values) const {
    std::vector<FieldSummary> all;
    for (const auto& [name, field] : fields_) {
        FieldSummary summary{.name = name, .slots = field.present.size()};
        summary.numbers = field.numbers.size();
        if (!field.numbers.empty()) {
            const auto [low, high] = std::ranges::minmax_element(field.numbers);
            summary.min = low->first;
            summary.max = high->first;
        }
        if (field.complete && field.keywords.size() <= max_values) {
            for (const auto& [value, slots] : field.keywords) {
                summary.values.emplace_back(value, slots.size());
            }
            std::ranges::sort(summary.values, [](const auto& a, const auto& b) {
                return a.second != b.second ? a.second > b.second : a.first < b.first;
            });
        }
        all.push_back(std::move(summary));
    }
    return all;
}

}  // namespace argosy::retrieval
