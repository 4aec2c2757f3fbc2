#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "engine/grammar/grammar_test_util.h"

namespace argosy {
namespace {

Grammar::Ptr Schema(std::string_view text, JsonSchemaOptions options = {}) {
    return OrThrow(Grammar::FromJsonSchema(OrThrow(ParseJson(text)), options));
}

std::vector<Grammar::Ptr> SomeGrammars() {
    return {
        OrThrow(Grammar::AnyJsonObject()),
        Schema(R"({"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer",
            "minimum":0,"maximum":130},"tags":{"type":"array","items":{"type":"string",
            "maxLength":5},"maxItems":3}},"required":["name"],"additionalProperties":false})"),
        Schema(R"({"$ref":"#/$defs/n","$defs":{"n":{"type":"object","properties":{"id":
            {"type":"number"},"kids":{"type":"array","items":{"$ref":"#/$defs/n"}}},
            "required":["id"],"additionalProperties":{"type":"boolean"}}}})"),
        Schema(R"({"anyOf":[{"type":"string","pattern":"^[a-z]+\\d{2}$"},{"type":"string",
            "minLength":2},{"enum":["hello","name",12,null,{"a":[1]}]},{"type":"number",
            "minimum":-1.5,"maximum":12.25}]})"),
        OrThrow(Grammar::FromEbnf("root ::= root \"+\" term | term\nterm ::= [0-9]+ | \"(\" root "
                                  "\")\" | [^\"\\\\\\x00-\\x1f]{3}")),
        OrThrow(Grammar::FromRegex("(hello|name)[ ,]*.{0,4}\\d+")),
        OrThrow(Grammar::FromChoices({"hello", "hell", "abc\"", "\xe4\xbd\xa0\xe5\xa5\xbd"})),
    };
}

Grammar::Ptr Tools(bool required) {
    ToolCallOptions options;
    options.tools = {{"add", OrThrow(ParseJson(R"({"type":"object","properties":{"a":{"type":
                        "integer"},"b":{"type":"integer"}},"required":["a","b"]})"))},
                     {"now", nullptr}};
    options.spec.call_begin = "<tool_call>\n";
    options.spec.call_end = "\n</tool_call>";
    options.spec.separator = "\n";
    options.required = required;
    return OrThrow(Grammar::FromToolCalls(options));
}

// Every token on its own, byte by byte from a copy of the state.
void ExpectMaskEqualsBruteForce(const FakeTokenizer& tokenizer, const GrammarState& state,
                                std::span<const uint64_t> mask, const std::string& text) {
    for (TokenId token = 0; token < tokenizer.vocab_size(); ++token) {
        GrammarState copy = state;
        EXPECT_EQ(Allowed(mask, token), copy.Accept(token))
            << "token \"" << tokenizer.TokenText(token) << "\" behind \"" << text << "\"";
    }
}

TEST(GrammarState, RandomWalksEndInAdmittedTextsAndMasksEqualBruteForce) {
    const FakeTokenizer tokenizer = MixedTokenizer();
    const TokenMasker masker(tokenizer), other(tokenizer);
    std::vector<Grammar::Ptr> grammars = SomeGrammars();
    grammars.push_back(Tools(false));
    grammars.push_back(Tools(true));
    for (size_t g = 0; g < grammars.size(); ++g) {
        for (uint32_t seed = 0; seed < 12; ++seed) {
            SCOPED_TRACE(fmt::format("grammar {} seed {}", g, seed));
            std::mt19937 random(seed);
            GrammarState state(masker, grammars[g]);
            std::vector<uint64_t> mask((size_t(tokenizer.vocab_size()) + 63) / 64);
            std::string text;
            for (int step = 0; step < 60; ++step) {
                state.FillMask(std::span<uint64_t>(mask));
                if (step % 3 == 0) ExpectMaskEqualsBruteForce(tokenizer, state, mask, text);
                std::vector<TokenId> allowed;
                for (TokenId t = 0; t < tokenizer.vocab_size(); ++t) {
                    if (Allowed(mask, t)) allowed.push_back(t);
                }
                ASSERT_FALSE(allowed.empty()) << text;
                const TokenId token = allowed[random() % allowed.size()];
                ASSERT_TRUE(state.Accept(token));
                if (token == *tokenizer.eos()) {
                    EXPECT_TRUE(state.IsComplete());
                    EXPECT_TRUE(Admits(other, grammars[g], text)) << text;
                    break;
                }
                text += tokenizer.IsControl(token)
                            ? "\xff" + std::string(tokenizer.TokenText(token)) + "\xff"
                            : std::string(tokenizer.TokenText(token));
            }
        }
    }
}

TEST(GrammarState, RollbackGivesTheStateBefore) {
    const FakeTokenizer tokenizer = MixedTokenizer();
    const TokenMasker masker(tokenizer);
    const auto grammar = OrThrow(
        Grammar::FromEbnf("root ::= (\"[\" root \"]\" | \"\\\"\" [^\"]* \"\\\"\" | [0-9a-z])*"));
    GrammarState state(masker, grammar);
    std::vector<std::vector<uint64_t>> masks;
    std::vector<uint64_t> mask((size_t(tokenizer.vocab_size()) + 63) / 64);
    std::mt19937 random(7);
    for (int step = 0; step < 200; ++step) {
        state.FillMask(std::span<uint64_t>(mask));
        masks.push_back(mask);
        TokenId token = 0;
        do {
            token = TokenId(random() % uint32_t(tokenizer.vocab_size() - 1));
        } while (!Allowed(mask, token));
        ASSERT_TRUE(state.Accept(token));
    }
    EXPECT_FALSE(state.Rollback(201));
    GrammarState copy = state;
    size_t at = masks.size();
    for (size_t back : {1, 10, 50, 139}) {
        ASSERT_TRUE(copy.Rollback(int(back)));
        at -= back;
        copy.FillMask(std::span<uint64_t>(mask));
        EXPECT_EQ(masks[at], mask);
    }
    ASSERT_TRUE(state.Rollback(200));
    state.FillMask(std::span<uint64_t>(mask));
    EXPECT_EQ(mask, masks.front());
}

TEST(GrammarState, StopTokensOnlyWhereTheTextCanEnd) {
    const FakeTokenizer tokenizer = MixedTokenizer();
    const TokenMasker masker(tokenizer);
    GrammarState state(masker, OrThrow(Grammar::FromChoices({"ab", "abc"})));
    const TokenId stop = *tokenizer.eos();
    std::vector<uint64_t> mask((size_t(tokenizer.vocab_size()) + 63) / 64);
    EXPECT_FALSE(state.Accept(stop));
    EXPECT_EQ(state.ForcedText(), "ab");
    ASSERT_TRUE(state.Accept(*tokenizer.FindToken("ab")));
    EXPECT_TRUE(state.CanEnd());
    EXPECT_FALSE(state.IsComplete());
    ASSERT_TRUE(state.Accept('c'));
    EXPECT_TRUE(state.IsComplete());
    state.FillMask(std::span<uint64_t>(mask));
    for (TokenId t = 0; t < tokenizer.vocab_size(); ++t) EXPECT_EQ(Allowed(mask, t), t == stop);
    ASSERT_TRUE(state.Accept(stop));
    EXPECT_FALSE(state.Accept(stop));
    ASSERT_TRUE(state.Rollback(2));
    EXPECT_FALSE(state.IsComplete());
    std::vector<uint32_t> narrow(mask.size() * 2);
    state.FillMask(std::span<uint32_t>(narrow));
    EXPECT_TRUE((narrow['c' / 32] >> ('c' % 32)) & 1);
    EXPECT_TRUE((narrow[size_t(stop) / 32] >> (stop % 32)) & 1);
}

TEST(GrammarState, ManyThreadsShareOneMasker) {
    const FakeTokenizer tokenizer = MixedTokenizer();
    const TokenMasker masker(tokenizer);
    const std::vector<Grammar::Ptr> grammars = SomeGrammars();
    std::vector<std::thread> threads;
    for (uint32_t seed = 0; seed < 4; ++seed) {
        threads.emplace_back([&, seed] {
            std::mt19937 random(seed);
            std::vector<uint64_t> mask((size_t(tokenizer.vocab_size()) + 63) / 64);
            for (int round = 0; round < 20; ++round) {
                GrammarState state(masker, grammars[random() % grammars.size()]);
                for (int step = 0; step < 40; ++step) {
                    state.FillMask(std::span<uint64_t>(mask));
                    TokenId token = 0;
                    do {
                        token = TokenId(random() % uint32_t(tokenizer.vocab_size()));
                    } while (!Allowed(mask, token));
                    EXPECT_TRUE(state.Accept(token));
                    if (token == *tokenizer.eos()) break;
                }
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
}

TEST(StructuralTags, FreeTextUntilATriggerThenASchema) {
    const FakeTokenizer tokenizer = MixedTokenizer();
    const TokenMasker masker(tokenizer);
    StructuralTagOptions options;
    options.tags = {{"<fn=a>", OrThrow(ParseJson(R"({"type":"integer"})")), "</fn>"},
                    {"<fn=b>", OrThrow(ParseJson(R"({"type":"boolean"})")), "</fn>"}};
    options.triggers = {"<fn="};
    const auto free = OrThrow(Grammar::FromStructuralTags(options));
    EXPECT_TRUE(Admits(masker, free, ""));
    EXPECT_TRUE(Admits(masker, free, "any <f text <<fn=a>12</fn> more <fn=b>true</fn>"));
    EXPECT_FALSE(Admits(masker, free, "x <fn=a>true</fn>"));
    EXPECT_FALSE(Admits(masker, free, "x <fn=c>"));
    EXPECT_FALSE(Admits(masker, free, "x <fn=a>12"));
    options.at_least_one = true;
    const auto one = OrThrow(Grammar::FromStructuralTags(options));
    EXPECT_FALSE(Admits(masker, one, ""));
    EXPECT_FALSE(Admits(masker, one, "x"));
    EXPECT_TRUE(Admits(masker, one, "<fn=a>1</fn> and <fn=b>false</fn>"));
    options.stop_after_first = true;
    const auto only = OrThrow(Grammar::FromStructuralTags(options));
    EXPECT_TRUE(Admits(masker, only, "<fn=a>1</fn>"));
    EXPECT_FALSE(Admits(masker, only, "<fn=a>1</fn> "));
    options.triggers = {"<other"};
    EXPECT_FALSE(Grammar::FromStructuralTags(options));
}

TEST(ToolCalls, TextOrCallsAndControlTokens) {
    const FakeTokenizer tokenizer = MixedTokenizer();
    const TokenMasker masker(tokenizer);
    const std::string call =
        "<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 1, \"b\": 2}}\n</tool_call>";
    EXPECT_TRUE(Admits(masker, Tools(false), "just text"));
    EXPECT_TRUE(Admits(masker, Tools(false), "text then " + call + "\n" + call));
    EXPECT_TRUE(Admits(masker, Tools(true), call));
    EXPECT_FALSE(Admits(masker, Tools(true), "text " + call));
    EXPECT_FALSE(Admits(masker, Tools(false), "<tool_call>\n{\"name\": \"sub\""));
    EXPECT_FALSE(
        Admits(masker, Tools(false), "<tool_call>\n{\"name\": \"add\", \"arguments\": {\"b\""));
    ToolCallOptions options;
    options.tools = {{"now", nullptr}};
    options.spec.begin = "<|call|>[";
    options.spec.separator = ", ";
    options.spec.end = "]";
    options.control_tokens = ControlTexts(tokenizer, std::vector{options.spec.begin});
    ASSERT_EQ(options.control_tokens, std::vector<std::string>{"<|call|>"});
    options.required = true;
    GrammarState state(masker, OrThrow(Grammar::FromToolCalls(options)));
    EXPECT_FALSE(state.AcceptBytes("<"));
    EXPECT_FALSE(state.Accept(*tokenizer.FindToken("<|other|>")));
    EXPECT_TRUE(state.Accept(*tokenizer.FindToken("<|call|>")));
    EXPECT_TRUE(state.AcceptBytes("[{\"name\": \"now\", \"arguments\": {\"x\": [1]}}]"));
    EXPECT_TRUE(state.IsComplete());
}

TEST(Grammar, HostileGrammarsStayBounded) {
    const FakeTokenizer tokenizer = MixedTokenizer();
    const TokenMasker masker(tokenizer);
    for (const char* source :
         {"root ::= root root root | \"a\" | \"\"", "root ::= x*\nx ::= y*\ny ::= x* | \"a\"?",
          "root ::= (\"a\"? (\"a\"? (\"a\"? root)*)*)* \"a\"", "root ::= (\"a\"*){0,3000}",
          "root ::= \"(\" root \")\" | \"(\" root \"]\" | \"x\" | root root"}) {
        const auto grammar = Grammar::FromEbnf(source);
        ASSERT_TRUE(grammar) << source << grammar.error().ToString();
        GrammarState state(masker, *grammar);
        std::vector<uint64_t> mask((size_t(tokenizer.vocab_size()) + 63) / 64);
        for (int i = 0; i < 60; ++i) {
            state.FillMask(std::span<uint64_t>(mask));
            if (!state.AcceptBytes("a") && !state.AcceptBytes("(")) break;
        }
    }
}

TEST(GrammarState, MovesToAFreshAutomatonWhenTheOldOneIsFull) {
    const FakeTokenizer tokenizer = ByteTokenizer();
    const TokenMasker masker(tokenizer);
    const auto grammar = OrThrow(Grammar::FromEbnf("root ::= \"[\" root? \"]\""));
    GrammarState state(masker, grammar), early(masker, grammar);
    ASSERT_TRUE(early.AcceptBytes("[["));
    for (int depth = 0; depth < 1'200'000; ++depth) ASSERT_TRUE(state.AcceptBytes("["));
    EXPECT_TRUE(state.Rollback(5));
    EXPECT_TRUE(state.AcceptBytes("]]]"));
    EXPECT_TRUE(early.AcceptBytes("]]"));
    EXPECT_TRUE(early.IsComplete());
    EXPECT_FALSE(state.CanEnd());
}

}  // namespace
}  // namespace argosy
