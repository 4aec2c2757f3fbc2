#include "model/tokenizers/pre_tokenizer.h"

#include <utility>

#include "model/tokenizers/byte_alphabet.h"
#include "model/tokenizers/utf8.h"

namespace argosy::tokenizers {

namespace {

class Chain final : public PieceSink {
  public:
    Chain(const PreTokenizers& steps, size_t index, PieceSink& sink)
        : steps_(steps), index_(index), sink_(sink) {}
    void Take(Piece piece) override {
        if (piece.text.empty()) return;
        if (index_ == steps_.size()) return sink_.Take(piece);
        Chain rest(steps_, index_ + 1, sink_);
        steps_[index_]->Split(piece, rest);
    }

  private:
    const PreTokenizers& steps_;
    size_t index_;
    PieceSink& sink_;
};

void Emit(Piece piece, size_t begin, size_t end, PieceSink& sink) {
    if (begin == end) return;
    sink.Take({piece.text.substr(begin, end - begin), piece.at_start && begin == 0});
}

class LiteralSplit final : public PreTokenizer {
  public:
    LiteralSplit(std::string text, SplitBehavior behavior, bool invert)
        : text_(std::move(text)), behavior_(behavior), invert_(invert) {}
    void Split(Piece piece, PieceSink& sink) const override {
        std::vector<Part> parts;
        size_t begin = 0;
        for (size_t at = text_.empty() ? piece.text.npos : piece.text.find(text_);
             at != piece.text.npos; at = piece.text.find(text_, begin)) {
            if (at > begin) parts.push_back({begin, at, invert_});
            begin = at + text_.size();
            parts.push_back({at, begin, !invert_});
        }
        if (begin < piece.text.size()) parts.push_back({begin, piece.text.size(), invert_});
        SplitParts(piece, parts, behavior_, sink);
    }

  private:
    std::string text_;
    SplitBehavior behavior_;
    bool invert_;
};

class ClassSplit final : public PreTokenizer {
  public:
    ClassSplit(CharacterClass kind, SplitBehavior behavior) : kind_(kind), behavior_(behavior) {}
    void Split(Piece piece, PieceSink& sink) const override {
        // Every character of the class is a match of its own.
        std::vector<Part> parts;
        size_t begin = 0;
        for (size_t at = 0; at < piece.text.size();) {
            const size_t character = at;
            if (!Matches(NextCodePoint(piece.text, at))) continue;
            if (character > begin) parts.push_back({begin, character, false});
            parts.push_back({character, at, true});
            begin = at;
        }
        if (begin < piece.text.size()) parts.push_back({begin, piece.text.size(), false});
        SplitParts(piece, parts, behavior_, sink);
    }

  private:
    bool Matches(char32_t c) const {
        switch (kind_) {
            case CharacterClass::kSpace:
                return IsSpace(c);
            case CharacterClass::kPunctuation:
                return IsPunctuation(c);
            case CharacterClass::kNumber:
                return IsNumber(c);
        }
        return false;
    }
    CharacterClass kind_;
    SplitBehavior behavior_;
};

class LeadingSpace final : public PreTokenizer {
  public:
    void Split(Piece piece, PieceSink& sink) const override {
        if (piece.text.starts_with(' ')) return sink.Take(piece);
        std::string text = " ";
        text += piece.text;
        sink.Take({text, piece.at_start});
    }
};

class ByteCharacters final : public PreTokenizer {
  public:
    void Split(Piece piece, PieceSink& sink) const override {
        const std::string text = TextOfBytes(piece.text);
        sink.Take({text, piece.at_start});
    }
};

class Metaspace final : public PreTokenizer {
  public:
    Metaspace(std::string mark, PrependScheme scheme, bool split)
        : mark_(std::move(mark)), scheme_(scheme), split_(split) {}

    void Split(Piece piece, PieceSink& sink) const override {
        std::string text;
        text.reserve(piece.text.size() + piece.text.size() / 4 + mark_.size());
        const bool prepend = scheme_ == PrependScheme::kAlways ||
                             (scheme_ == PrependScheme::kFirst && piece.at_start);
        if (prepend && !piece.text.starts_with(' ') && !piece.text.starts_with(mark_)) {
            text += mark_;
        }
        for (const char c : piece.text) {
            if (c == ' ') {
                text += mark_;
            } else {
                text.push_back(c);
            }
        }
        const Piece marked{text, piece.at_start};
        if (!split_) return sink.Take(marked);
        size_t begin = 0;
        for (size_t at = text.find(mark_); at != text.npos; at = text.find(mark_, at + 1)) {
            Emit(marked, begin, at, sink);
            begin = at;
        }
        Emit(marked, begin, text.size(), sink);
    }

  private:
    std::string mark_;
    PrependScheme scheme_;
    bool split_;
};

}  // namespace

void RunPreTokenizers(const PreTokenizers& steps, Piece piece, PieceSink& sink) {
    Chain(steps, 0, sink).Take(piece);
}

void SplitParts(Piece piece, const std::vector<Part>& parts, SplitBehavior behavior,
                PieceSink& sink) {
    if (behavior == SplitBehavior::kIsolated || behavior == SplitBehavior::kRemoved) {
        for (const Part& part : parts) {
            if (part.matched && behavior == SplitBehavior::kRemoved) continue;
            Emit(piece, part.begin, part.end, sink);
        }
        return;
    }
    // The others join a part to the one before it, or begin a new piece.
    size_t begin = 0, end = 0;
    bool previous = false;
    for (size_t i = 0; i < parts.size(); ++i) {
        const Part& part = parts[i];
        bool joins = false;
        if (behavior == SplitBehavior::kMergedWithPrevious) joins = part.matched && !previous;
        if (behavior == SplitBehavior::kMergedWithNext) joins = previous && !part.matched;
        if (behavior == SplitBehavior::kContiguous) joins = i > 0 && part.matched == previous;
        if (!joins) {
            Emit(piece, begin, end, sink);
            begin = part.begin;
        }
        end = part.end;
        previous = part.matched;
    }
    Emit(piece, begin, end, sink);
}

std::unique_ptr<PreTokenizer> MakeLiteralSplit(std::string text, SplitBehavior behavior,
                                               bool invert) {
    return std::make_unique<LiteralSplit>(std::move(text), behavior, invert);
}

std::unique_ptr<PreTokenizer> MakeClassSplit(CharacterClass kind, SplitBehavior behavior) {
    return std::make_unique<ClassSplit>(kind, behavior);
}

void AppendBertPreTokenizers(PreTokenizers& steps) {
    steps.push_back(MakeClassSplit(CharacterClass::kSpace, SplitBehavior::kRemoved));
    steps.push_back(MakeClassSplit(CharacterClass::kPunctuation, SplitBehavior::kIsolated));
}

std::unique_ptr<PreTokenizer> MakeLeadingSpace() { return std::make_unique<LeadingSpace>(); }
std::unique_ptr<PreTokenizer> MakeByteCharacters() { return std::make_unique<ByteCharacters>(); }

std::unique_ptr<PreTokenizer> MakeMetaspace(std::string mark, PrependScheme scheme, bool split) {
    return std::make_unique<Metaspace>(std::move(mark), scheme, split);
}

}  // namespace argosy::tokenizers
