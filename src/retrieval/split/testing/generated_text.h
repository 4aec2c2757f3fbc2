// Texts for properties of splitters: words, blanks, line ends, stops and Markdown in many scripts.
#pragma once

#include <rapidcheck.h>

#include <string>
#include <vector>

namespace argosy::retrieval::testing {

inline rc::Gen<std::string> GeneratedText() {
    const std::vector<std::string> parts = {
        "a",    "word",    "Longer", "e.g.", "ünï",      "日本語",  "。",
        "😀",   " ",       "  ",     "\n",   "\n\n",     " ",       ". ",
        "! ",   "\u00a0",  "\r\n",   "# H ", "\n## T\n", "\n```\n", "\n\n\n",
        "    ", "\n===\n", "- x",    "Dr.",  "3.5",      "\u3000",  "x-y"};
    return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(parts)),
                        [](const std::vector<std::string>& chosen) {
                            std::string text;
                            for (const std::string& part : chosen) text += part;
                            return text;
                        });
}

}  // namespace argosy::retrieval::testing
