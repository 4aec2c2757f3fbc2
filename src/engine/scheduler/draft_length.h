// How many tokens to draft for a sequence: more while guesses come true, fewer and then rarely any
// when they do not. Changes speed only, never output.
#pragma once

#include <algorithm>
#include <cstdint>

namespace argosy {

class DraftLength {
  public:
    /// Tokens to draft in this step, at most `most`.
    int32_t Next(int32_t most) {
        if (pause_ > 0) {
            --pause_;
            return 0;
        }
        length_ = std::min(length_ < 0 ? most : length_, most);
        return length_;
    }
    /// What became of a draft of `drafted` > 0 tokens.
    void Verified(int32_t drafted, int32_t accepted) {
        if (accepted == drafted) {
            length_ = std::max(length_, drafted) + 1;
            next_pause_ = 2;
        } else if (accepted > 0) {
            length_ = accepted + 1;
            next_pause_ = 2;
        } else if (length_ > 1) {
            length_ /= 2;
        } else {  // one token was one too many: try again later, each time later
            length_ = 1;
            pause_ = next_pause_;
            next_pause_ = std::min(next_pause_ * 2, 32);
        }
    }

  private:
    int32_t length_ = -1;  // not known yet: as many as allowed
    int32_t pause_ = 0;
    int32_t next_pause_ = 2;
};

}  // namespace argosy
