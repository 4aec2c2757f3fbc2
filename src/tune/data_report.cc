#include "tune/data_report.h"

namespace argosy::tune {

std::string DataReport::ToText() const {
    std::string text = rows.ToText();
    if (too_long > 0) {
        text += fmt::format("left out: {} longer than {} tokens (--context)\n", too_long,
                            rows.max_tokens);
    }
    if (unlearnt > 0) text += fmt::format("left out: {} without anything to learn\n", unlearnt);
    if (mask) {
        text += fmt::format("masked: {} personal values\n", masked);
    } else if (!rows.pii.empty()) {
        text += "personal data is trained on as it is; --mask-pii replaces it\n";
    }
    return text;
}

json::object DataReport::ToJson() const {
    json::object out = rows.ToJson();
    out["left_out"] = {{"too_long", too_long}, {"nothing_to_learn", unlearnt}};
    out["pii_masked"] = masked;
    return out;
}

}  // namespace argosy::tune
