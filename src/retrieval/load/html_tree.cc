#include "retrieval/load/html_tree.h"

#include <csetjmp>
#include <cstdlib>
#include <utility>
#include <vector>

#include "base/text.h"

namespace argosy::retrieval {

// Memory for one parse. Gumbo cannot be told that there is none: the arena jumps out of the parser
// instead, over C frames only, and what was parsed is freed with the arena. Freeing the tree node
// by node is never done, for Gumbo recurses there as deep as the page nests.
class HtmlTree::Arena {
  public:
    explicit Arena(const HtmlLimits& limits)
        : limits_(limits), until_(std::chrono::steady_clock::now() + limits.time) {}
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;
    ~Arena() {
        for (void* block : blocks_) std::free(block);
    }

    // Null where a limit was reached.
    const GumboOutput* Parse(std::string_view page) {
        GumboOptions options = kGumboDefaultOptions;
        options.allocator = [](void* arena, size_t bytes) {
            return static_cast<Arena*>(arena)->Allocate(bytes);
        };
        options.deallocator = [](void*, void*) {};
        options.userdata = this;
        options.max_errors = 0;
        if (setjmp(out_) != 0) return nullptr;  // NOLINT(cert-err52-cpp)
        return gumbo_parse_with_options(&options, page.data(), page.size());
    }

    bool out_of_time() const { return out_of_time_; }

  private:
    static constexpr size_t kBlock = size_t{256} << 10;

    void* Allocate(size_t bytes) {
        bytes = (bytes + 15) & ~size_t{15};
        if (++calls_ % 64 == 0) out_of_time_ = std::chrono::steady_clock::now() > until_;
        if (out_of_time_ || bytes > limits_.tree_bytes - used_) std::longjmp(out_, 1);
        used_ += bytes;
        if (bytes > kBlock / 4) return NewBlock(bytes);
        if (bytes > left_) {
            next_ = static_cast<char*>(NewBlock(kBlock));
            left_ = kBlock;
        }
        left_ -= bytes;
        return std::exchange(next_, next_ + bytes);
    }

    void* NewBlock(size_t bytes) {
        if (blocks_.size() == blocks_.capacity()) blocks_.reserve(2 * blocks_.size() + 16);
        void* block = std::malloc(bytes);
        if (block == nullptr) std::longjmp(out_, 1);
        blocks_.push_back(block);
        return block;
    }

    HtmlLimits limits_;
    std::chrono::steady_clock::time_point until_;
    std::jmp_buf out_;
    std::vector<void*> blocks_;
    char* next_ = nullptr;
    size_t left_ = 0;
    size_t used_ = 0;
    size_t calls_ = 0;
    bool out_of_time_ = false;
};

HtmlTree::HtmlTree(std::unique_ptr<Arena> arena) : arena_(std::move(arena)) {}
HtmlTree::HtmlTree(HtmlTree&&) noexcept = default;
HtmlTree& HtmlTree::operator=(HtmlTree&&) noexcept = default;
HtmlTree::~HtmlTree() = default;

Result<HtmlTree> HtmlTree::Parse(std::string_view page, const HtmlLimits& limits) {
    HtmlTree tree(std::make_unique<Arena>(limits));
    tree.output_ = tree.arena_->Parse(page);
    if (tree.output_ != nullptr) return tree;
    if (tree.arena_->out_of_time()) {
        return Err(ErrorCode::kResourceExhausted,
                   "the page takes longer than {} ms to parse; is its nesting meant?",
                   limits.time.count());
    }
    return Err(ErrorCode::kResourceExhausted,
               "the page's tree needs more than {}; is its nesting meant?",
               FormatBytes(limits.tree_bytes));
}

}  // namespace argosy::retrieval
