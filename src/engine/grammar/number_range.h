// Numbers between bounds, compared digit by digit while they are written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"
#include "engine/grammar/grammar_ast.h"

namespace argosy::grammar {

/// A decimal number: sign, digits before the point ("0" or no leading zero) and behind it (no
/// trailing zero).
struct Decimal {
    bool negative = false;
    std::string whole = "0";
    std::string fraction;
    static std::optional<Decimal> FromDouble(double value);  // nothing beyond 1e40 or 1e-40
    static Decimal FromInteger(int64_t value);
    bool zero() const { return whole == "0" && fraction.empty(); }
};

struct Bound {
    Decimal value;
    bool exclusive = false;
};

/// Integers without exponent from lo to hi, where given (both whole and inclusive).
ExprId IntegerRange(GrammarAst& ast, std::optional<int64_t> lo, std::optional<int64_t> hi);
/// Numbers without exponent within the bounds given.
ExprId NumberRange(GrammarAst& ast, const std::optional<Bound>& lo, const std::optional<Bound>& hi);

}  // namespace argosy::grammar
