#include "model/jinja/parser.h"

#include <algorithm>
#include <initializer_list>

#include "model/jinja/expression_parser.h"

namespace argosy::jinja {
namespace {

constexpr int kMaxStatementDepth = 60;

using Ends = std::initializer_list<std::string_view>;

class Parser : public ExpressionParser {
  public:
    Parser(std::string_view source, Tree& tree)
        : ExpressionParser(Tokenize(source), tree), tree_(tree) {}

    void Run() {
        Body body = ParseBody({});
        tree_.body = std::move(body);
    }

  private:
    static std::unique_ptr<Stmt> Make(StmtKind kind, int line) {
        auto stmt = std::make_unique<Stmt>();
        stmt->kind = kind;
        stmt->line = line;
        return stmt;
    }

    void ExpectBlockEnd() {
        if (Current().kind != Tok::kBlockEnd) {
            FailHere(fmt::format("expected token 'end of statement block', got '{}'",
                                 Describe(Current())));
        }
        Next();
    }

    // Statements up to a tag of `ends`, which stays the current token (behind its "{%").
    Body ParseBody(Ends ends) {
        if (++depth_ > kMaxStatementDepth) {
            FailAt(Current().line, ErrorCode::kResourceExhausted,
                   "statements nest more than {} deep", kMaxStatementDepth);
        }
        Body body;
        for (;;) {
            if (Current().kind == Tok::kEnd) {
                if (ends.size() > 0) FailAtEnd(ends);
                break;
            }
            if (Current().kind == Tok::kData) {
                body.push_back(Make(StmtKind::kData, Current().line));
                body.back()->text = Next().text;
            } else if (Current().kind == Tok::kVariableBegin) {
                body.push_back(ParsePrint());
            } else {
                Next();  // {%
                const Token& tag = Current();
                if (tag.kind != Tok::kName) FailHere("tag name expected");
                if (std::find(ends.begin(), ends.end(), tag.text) != ends.end()) break;
                body.push_back(ParseStatement(ends));
                ExpectBlockEnd();
            }
        }
        --depth_;
        return body;
    }

    [[noreturn]] void FailAtEnd(Ends ends) {
        FailHere(
            fmt::format("Unexpected end of template. Jinja was looking for the following "
                        "tags: '{}'",
                        fmt::join(ends, "' or '")));
    }

    // The body of a block whose head is parsed; its end tag is dropped.
    Body ParseBlock(std::string_view end) {
        BeginBlock();
        Body body = ParseBody({end});
        Next();
        return body;
    }

    void BeginBlock() {
        SkipOperator(":");
        ExpectBlockEnd();
    }

    std::unique_ptr<Stmt> ParsePrint() {
        auto stmt = Make(StmtKind::kPrint, Next().line);
        stmt->exprs.push_back(ParseTuple(true, {}));
        if (Current().kind != Tok::kVariableEnd) {
            FailHere(fmt::format("expected token 'end of print statement', got '{}'",
                                 Describe(Current())));
        }
        Next();
        return stmt;
    }

    std::unique_ptr<Stmt> ParseStatement(Ends ends) {
        const Token tag = Next();
        const std::string& name = tag.text;
        if (name == "if") return ParseIf(tag.line);
        if (name == "for") return ParseFor(tag.line);
        if (name == "set") return ParseSet(tag.line);
        if (name == "macro") return ParseMacro(tag.line);
        if (name == "call") return ParseCallBlock(tag.line);
        if (name == "with") return ParseWith(tag.line);
        if (name == "print") return ParsePrintTag(tag.line);
        if (name == "filter") return ParseFilterBlock(tag.line);
        if (name == "generation") {
            auto stmt = Make(StmtKind::kScope, tag.line);
            stmt->body = ParseBlock("endgeneration");
            return stmt;
        }
        if (name == "break" || name == "continue") {
            if (loops_ == 0) {
                FailAt(tag.line, ErrorCode::kInvalidArgument, "'{}' outside of a loop", name);
            }
            return Make(name == "break" ? StmtKind::kBreak : StmtKind::kContinue, tag.line);
        }
        FailUnknown(tag, ends);
    }

    [[noreturn]] static void FailUnknown(const Token& tag, Ends ends) {
        for (const char* other :
             {"include", "import", "from", "extends", "block", "autoescape", "do"}) {
            if (tag.text == other) {
                FailAt(tag.line, ErrorCode::kUnsupported,
                       "the tag '{}' is not available in chat templates", other);
            }
        }
        if (ends.size() == 0) {
            FailAt(tag.line, ErrorCode::kInvalidArgument, "Encountered unknown tag '{}'.",
                   tag.text);
        }
        FailAt(tag.line, ErrorCode::kInvalidArgument,
               "Encountered unknown tag '{}'. Jinja was looking for the following tags: '{}'",
               tag.text, fmt::join(ends, "' or '"));
    }

    std::unique_ptr<Stmt> ParseIf(int line) {
        auto stmt = Make(StmtKind::kIf, line);
        for (;;) {
            ExprPtr test = ParseTuple(false, {});
            BeginBlock();
            Body body = ParseBody({"elif", "else", "endif"});
            stmt->branches.emplace_back(std::move(test), std::move(body));
            const Token tag = Next();
            if (tag.text == "elif") continue;
            if (tag.text == "else") stmt->orelse = ParseBlock("endif");
            return stmt;
        }
    }

    std::unique_ptr<Stmt> ParseFor(int line) {
        auto stmt = Make(StmtKind::kFor, line);
        stmt->targets.push_back(ParseTarget(false, "in"));
        if (!SkipName("in")) FailHere("expected token 'in'");
        stmt->exprs.push_back(ParseTuple(false, "recursive"));
        stmt->exprs.push_back(SkipName("if") ? ParseExpression() : nullptr);
        stmt->recursive = SkipName("recursive");
        BeginBlock();
        ++loops_;
        stmt->body = ParseBody({"endfor", "else"});
        --loops_;
        if (Next().text == "else") stmt->orelse = ParseBlock("endfor");
        return stmt;
    }

    std::unique_ptr<Stmt> ParseSet(int line) {
        ExprPtr target = ParseTarget(true);
        const bool value = SkipOperator("=");
        auto stmt = Make(value ? StmtKind::kSet : StmtKind::kSetBlock, line);
        stmt->targets.push_back(std::move(target));
        if (value) {
            stmt->exprs.push_back(ParseTuple(true, {}));
        } else {
            stmt->exprs.push_back(ParseFilters(nullptr));
            stmt->body = ParseBlock("endset");
        }
        return stmt;
    }

    void ParseSignature(MacroDef& macro) {
        ExpectOperator("(");
        while (!Current().IsOperator(")")) {
            if (!macro.parameters.empty()) ExpectOperator(",");
            std::string name = ExpectName();
            const NameId id = Intern(name);
            macro.parameters.emplace_back(id, std::move(name));
            if (SkipOperator("=")) {
                macro.defaults.push_back(ParseExpression());
            } else if (!macro.defaults.empty()) {
                FailHere("non-default argument follows default argument");
            }
        }
        ExpectOperator(")");
    }

    // The body, and which of the special names it reads.
    void ParseMacroBody(MacroDef& macro, std::string_view end) {
        const NameId special[] = {Intern("caller"), Intern("kwargs"), Intern("varargs")};
        bool before[3];
        for (int i = 0; i < 3; ++i) {
            before[i] = tree_.loaded[static_cast<size_t>(special[i])];
            tree_.loaded[static_cast<size_t>(special[i])] = false;
        }
        const int loops = std::exchange(loops_, 0);
        macro.body = ParseBlock(end);
        loops_ = loops;
        bool* uses[] = {&macro.uses_caller, &macro.uses_kwargs, &macro.uses_varargs};
        for (int i = 0; i < 3; ++i) {
            *uses[i] = tree_.loaded[static_cast<size_t>(special[i])];
            if (before[i]) tree_.loaded[static_cast<size_t>(special[i])] = true;
        }
    }

    std::unique_ptr<Stmt> ParseMacro(int line) {
        auto stmt = Make(StmtKind::kMacro, line);
        stmt->macro = std::make_unique<MacroDef>();
        stmt->macro->name = ExpectName();
        stmt->macro->id = Intern(stmt->macro->name);
        ParseSignature(*stmt->macro);
        ParseMacroBody(*stmt->macro, "endmacro");
        return stmt;
    }

    std::unique_ptr<Stmt> ParseCallBlock(int line) {
        auto stmt = Make(StmtKind::kCallBlock, line);
        stmt->macro = std::make_unique<MacroDef>();
        stmt->macro->name = "caller";
        if (Current().IsOperator("(")) ParseSignature(*stmt->macro);
        stmt->exprs.push_back(ParseExpression());
        if (stmt->exprs[0]->kind != ExprKind::kCall) {
            FailAt(line, ErrorCode::kInvalidArgument, "expected call");
        }
        ParseMacroBody(*stmt->macro, "endcall");
        return stmt;
    }

    std::unique_ptr<Stmt> ParseWith(int line) {
        auto stmt = Make(StmtKind::kWith, line);
        while (Current().kind != Tok::kBlockEnd) {
            if (!stmt->targets.empty()) ExpectOperator(",");
            // One name: "with a, b = ..." is two targets in jinja2 as well.
            const int target_line = Current().line;
            auto target = std::make_unique<Expr>();
            target->kind = ExprKind::kName;
            target->line = target_line;
            target->name = Intern(ExpectName());
            stmt->targets.push_back(std::move(target));
            ExpectOperator("=");
            stmt->exprs.push_back(ParseExpression());
        }
        stmt->body = ParseBlock("endwith");
        return stmt;
    }

    std::unique_ptr<Stmt> ParsePrintTag(int line) {
        auto stmt = Make(StmtKind::kPrint, line);
        while (Current().kind != Tok::kBlockEnd) {
            if (!stmt->exprs.empty()) ExpectOperator(",");
            stmt->exprs.push_back(ParseExpression());
        }
        return stmt;
    }

    std::unique_ptr<Stmt> ParseFilterBlock(int line) {
        auto stmt = Make(StmtKind::kFilterBlock, line);
        stmt->exprs.push_back(ParseFilters(nullptr, true));
        stmt->body = ParseBlock("endfilter");
        return stmt;
    }

    Tree& tree_;
    int depth_ = 0;
    int loops_ = 0;
};

}  // namespace

Tree ParseTemplate(std::string_view source) {
    Tree tree;
    Parser(source, tree).Run();
    return tree;
}

}  // namespace argosy::jinja
