// What loading a source, or a text as if it were a file, gives: for tests.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "retrieval/load/load.h"

namespace argosy::retrieval::testing {

struct Loaded {
    std::vector<Document> documents;
    LoadReport report;
    std::vector<std::string> problems() const {
        std::vector<std::string> texts;
        for (const LoadRemark& remark : report.problems.first) texts.push_back(remark.ToString());
        return texts;
    }
};

inline Loaded LoadAll(const std::string& source, const LoadOptions& options = {}) {
    Loaded loaded;
    loaded.report = LoadDocuments(source, options, [&](Document document) {
        loaded.documents.push_back(std::move(document));
        return true;
    });
    return loaded;
}

/// A folder of its own, gone at the end of the test.
class TestFolder {
  public:
    TestFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "argosy-test-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    TestFolder(const TestFolder&) = delete;
    TestFolder& operator=(const TestFolder&) = delete;
    ~TestFolder() { std::filesystem::remove_all(path_); }

    std::string Write(const std::string& name, std::string_view content) const {
        const std::filesystem::path file = path_ / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << content;
        return file.string();
    }
    std::string path() const { return path_.string(); }

  private:
    std::filesystem::path path_;
};

}  // namespace argosy::retrieval::testing
