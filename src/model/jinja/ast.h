// The syntax tree of a template. Names are interned: a variable is a small number.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/jinja/value.h"

namespace argosy::jinja {

using NameId = int;
inline constexpr NameId kNoName = -1;

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

enum class ExprKind : uint8_t {
    kConst,         // constant
    kName,          // name
    kList,          // kids
    kTuple,         // kids
    kDict,          // kids: key, value, key, value ...
    kNot,           // kids[0]
    kNegate,        // kids[0]
    kPlus,          // kids[0]
    kAnd,           // kids[0], kids[1]
    kOr,            // kids[0], kids[1]
    kBinary,        // kids[0] text kids[1]: + - * / // % **
    kConcat,        // kids: a ~ b ~ c
    kCompare,       // kids[0], then operators[i] with kids[i + 1]
    kCondition,     // kids[0] if kids[1] else kids[2] (may lack)
    kAttribute,     // kids[0].text
    kSubscript,     // kids[0][kids[1]]
    kSlice,         // kids[0..2] may be null; only as kids[1] of a kSubscript
    kCall,          // kids[0](call)
    kFilter,        // kids[0] (null in a filter block) | text(call)
    kTest,          // kids[0] is text(call)
    kNamespaceRef,  // name.text as a target of set
};

struct CallArgs {
    std::vector<ExprPtr> positional;
    std::vector<std::pair<std::string, ExprPtr>> named;
    ExprPtr star;       // *args
    ExprPtr star_star;  // **kwargs
};

struct Expr {
    ExprKind kind = ExprKind::kConst;
    int line = 0;
    NameId name = kNoName;
    std::string text;
    Value constant;
    std::vector<ExprPtr> kids;
    std::vector<std::string> operators;
    CallArgs call;
    int height = 1;  // of the tree below: what evaluating and freeing it recurses
};

struct Stmt;
using Body = std::vector<std::unique_ptr<Stmt>>;

enum class StmtKind : uint8_t {
    kData,         // text
    kPrint,        // exprs
    kIf,           // branches, orelse
    kFor,          // target in exprs[0] if exprs[1] (may be null): body; orelse
    kSet,          // target = exprs[0]
    kSetBlock,     // target = body, through filter exprs[0] (may be null)
    kMacro,        // macro
    kCallBlock,    // exprs[0] is the call, macro the caller
    kFilterBlock,  // exprs[0] is the filter, body
    kScope,        // generation block: body in a scope of its own
    kWith,         // targets = exprs: body
    kBreak,
    kContinue,
};

struct MacroDef {
    std::string name;
    NameId id = kNoName;
    std::vector<std::pair<NameId, std::string>> parameters;
    std::vector<ExprPtr> defaults;  // of the last parameters
    Body body;
    bool uses_caller = false, uses_kwargs = false, uses_varargs = false;
};

struct Stmt {
    StmtKind kind = StmtKind::kData;
    int line = 0;
    std::string text;
    std::vector<ExprPtr> exprs;
    std::vector<ExprPtr> targets;  // one, but for kWith
    std::vector<std::pair<ExprPtr, Body>> branches;
    Body body, orelse;
    bool recursive = false;
    std::unique_ptr<MacroDef> macro;
};

/// A parsed template.
struct Tree {
    Body body;
    std::vector<std::string> names;               // by NameId
    std::unordered_map<std::string, NameId> ids;  // the other way round
    std::vector<bool> loaded;                     // by NameId: read anywhere
};

}  // namespace argosy::jinja
