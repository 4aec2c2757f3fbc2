// A process that ingests is killed (SIGKILL) 100 times at random moments. After each time every
// document that it said was durable is there, whole, once, and found by its words and its vector.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "ingest_work.h"
#include "retrieval/store/embedded_store.h"

namespace argosy::retrieval {
namespace {

constexpr int kGone = -1;

/// What may be stored for a document: its last durable state, and one in progress at the kill.
struct Expected {
    int durable = kGone;
    std::set<int> possible = {kGone};
};
using Expectations = std::map<int, Expected>;

void Settle(Expected& expected, int state) { expected = {state, {state}}; }

// Follows what a child said.
void Follow(const std::string& said, int version, Expectations& documents) {
    std::istringstream lines(said);
    std::string word;
    while (lines >> word) {
        int first = 0, count = 1;
        if (word == "open") continue;
        lines >> first;
        if (word == "try" || word == "put") lines >> count;
        const int state = word == "put" || word == "try" ? version : kGone;
        for (int n = first; n < first + count; ++n) {
            if (word.starts_with("try")) {
                documents[n].possible.insert(state);
            } else {
                Settle(documents[n], state);
            }
        }
    }
}

struct Moment {
    size_t lines;                     // that the child has said
    std::chrono::microseconds later;  // and this long after
};

// Reads what the child says and kills it at the moment; all that it said.
std::string ReadAndKill(int from, pid_t child, Moment moment) {
    std::string said;
    char buffer[4096];
    bool killed = false;
    for (ssize_t got; (got = read(from, buffer, sizeof buffer)) > 0;) {
        said.append(buffer, static_cast<size_t>(got));
        const auto lines = static_cast<size_t>(std::ranges::count(said, '\n'));
        if (killed || lines < moment.lines) continue;
        // The moment is what the test is about: there is nothing else to wait for.
        std::this_thread::sleep_for(moment.later);
        kill(child, SIGKILL);
        killed = true;
    }
    return said;
}

std::string RunAndKill(const std::filesystem::path& folder, int version, Moment moment) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
    const std::string number = std::to_string(version);
    const char* program = std::getenv("INGEST_CHILD");
    const pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        execl(program, program, folder.c_str(), number.c_str(), static_cast<char*>(nullptr));
        _exit(127);
    }
    close(ends[1]);
    const std::string said = ReadAndKill(ends[0], child, moment);
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        << "the child ended by itself: " << status << "\n"
        << said;
    return said;
}

void ExpectWhole(Store& store, int number, int version) {
    const StoredDocument document = IngestDocument(number, version);
    for (size_t i = 0; i < document.chunks.size(); ++i) {
        const auto near =
            OrThrow(store.Search("c", {.vector = document.chunks[i].vector, .limit = 1}));
        ASSERT_FALSE(near.hits.empty());
        EXPECT_EQ(near.hits[0].chunk.text, document.chunks[i].chunk.text);
    }
    const auto words =
        OrThrow(store.Search("c", {.text = fmt::format("v{}x{}", number, version), .limit = 20}));
    EXPECT_EQ(words.hits.size(), document.chunks.size()) << number << " version " << version;
}

void Check(Store& store, Expectations& documents) {
    const auto hashes = OrThrow(store.DocumentHashes("c"));
    size_t chunks = 0;
    for (auto& [number, expected] : documents) {
        const auto found = hashes.find(fmt::format("d{}", number));
        const int state = found == hashes.end() ? kGone : std::stoi(found->second);
        EXPECT_TRUE(expected.possible.contains(state))
            << "document " << number << " is " << state << ", durable was " << expected.durable;
        Settle(expected, state);
        if (state == kGone) continue;
        chunks += IngestDocument(number, state).chunks.size();
        ExpectWhole(store, number, state);
    }
    std::set<std::string> ids;
    for (const StoredChunk& stored : OrThrow(store.Scroll("c", {}, 100000, "")).chunks) {
        EXPECT_TRUE(ids.insert(stored.chunk.id).second) << stored.chunk.id << " is there twice";
    }
    EXPECT_EQ(ids.size(), chunks);
    EXPECT_EQ(OrThrow(store.Count("c", {})), chunks);
}

TEST(Crash, AHundredKillsLoseNothing) {
    ASSERT_NE(std::getenv("INGEST_CHILD"), nullptr);
    const auto folder = std::filesystem::path(testing::TempDir()) / "argosy_crash";
    std::filesystem::remove_all(folder);
    const uint64_t seed = std::random_device()();
    RecordProperty("seed", std::to_string(seed));
    std::mt19937_64 random(seed);
    Expectations documents;
    size_t durable = 0;
    for (int round = 0; round < 100 && !HasFailure(); ++round) {
        const Moment moment{1 + random() % 30, std::chrono::microseconds(random() % 6000)};
        const std::string said = RunAndKill(folder, round, moment);
        Follow(said, round, documents);
        durable += static_cast<size_t>(std::ranges::count(said, 'u'));  // one in each "put"
        auto store = OrThrow(EmbeddedStore::Open(folder, {.threads = 1}));
        if (OrThrow(store->Collections()).empty()) continue;
        Check(*store, documents);
    }
    std::printf("seed %llu: %zu durable batches\n", static_cast<unsigned long long>(seed), durable);
    EXPECT_GT(durable, 100U);
}

}  // namespace
}  // namespace argosy::retrieval
