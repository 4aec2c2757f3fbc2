// What tools/fixtures/train.py wrote, for the tests of training.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "train/example.h"

namespace argosy::train {

inline std::filesystem::path DataFolder() { return ARGOSY_TESTDATA; }

inline json::object ReadFixture(const std::string& name) {
    std::ifstream file(DataFolder() / "train" / name);
    std::ostringstream text;
    text << file.rdbuf();
    return OrThrow(ParseJson(text.str())).as_object();
}

template <typename T>
std::vector<T> Numbers(const json::value& array) {
    std::vector<T> out;
    for (const json::value& value : array.as_array()) out.push_back(value.to_number<T>());
    return out;
}

inline std::vector<Example> FixtureExamples() {
    std::vector<Example> examples;
    const json::object fixture = ReadFixture("examples.json");
    for (const json::value& one : fixture.at("examples").as_array()) {
        examples.push_back(
            {Numbers<TokenId>(one.at("tokens")), Numbers<uint8_t>(one.at("trained"))});
    }
    return examples;
}

}  // namespace argosy::train
