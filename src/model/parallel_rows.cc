#include "model/parallel_rows.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace argosy {

void ParallelRows(size_t count, size_t chunk, int threads,
                  const std::function<void(size_t begin, size_t end)>& work) {
    chunk = std::max<size_t>(chunk, 1);
    const size_t chunks = (count + chunk - 1) / chunk;
    const size_t wanted = threads > 0 ? static_cast<size_t>(threads)
                                      : std::max(1u, std::thread::hardware_concurrency());
    std::atomic<size_t> next = 0;
    const auto take_chunks = [&] {
        for (size_t i = next++; i < chunks; i = next++) {
            work(i * chunk, std::min(count, (i + 1) * chunk));
        }
    };
    std::vector<std::jthread> helpers;
    for (size_t i = 1; i < std::min(wanted, chunks); ++i) helpers.emplace_back(take_chunks);
    take_chunks();
}

}  // namespace argosy
