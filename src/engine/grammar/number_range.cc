#include "engine/grammar/number_range.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace argosy::grammar {
namespace {

ExprId Digits(GrammarAst& ast, int lo, int hi) {
    return ast.Class(CharSet(uint32_t('0' + lo), uint32_t('0' + hi)));
}

// Numbers of a fixed count of digits before the point, not negative, between two such bounds.
class FixedLength {
  public:
    FixedLength(GrammarAst& ast, size_t length, const Bound* lo, const Bound* hi, bool integer)
        : ast_(ast), length_(length), integer_(integer) {
        if (lo) {
            lo_ = lo->value.whole + lo->value.fraction;
            lo_exclusive_ = lo->exclusive;
        }
        if (hi) {
            hi_ = hi->value.whole + hi->value.fraction;
            hi_exclusive_ = hi->exclusive;
        }
    }

    // `tight_lo`: the digits so far are those of the bound; likewise `tight_hi`.
    ExprId Whole(size_t at, bool tight_lo, bool tight_hi) {
        if (at == length_) return Fraction(tight_lo, tight_hi);
        if (!tight_lo && !tight_hi && at > 0) {
            return ast_.Sequence(
                {ast_.Repeat(Digits(ast_, 0, 9), uint32_t(length_ - at), uint32_t(length_ - at)),
                 Fraction(false, false)});
        }
        return Digit(at, tight_lo, tight_hi, at == 0 && length_ > 1 ? 1 : 0,
                     [this](size_t next, bool l, bool h) { return Whole(next, l, h); });
    }

  private:
    template <typename Next>
    ExprId Digit(size_t at, bool tight_lo, bool tight_hi, int least, Next next) {
        const int lo = std::max(least, tight_lo ? DigitAt(lo_, at) : 0);
        const int hi = tight_hi ? DigitAt(hi_, at) : 9;
        const auto one = [&](int from, int to, bool l, bool h) {
            return ast_.Sequence({Digits(ast_, from, to), next(at + 1, l, h)});
        };
        if (lo > hi) return ast_.Never();
        if (lo == hi) return one(lo, hi, tight_lo, tight_hi);
        std::vector<ExprId> choices;
        if (tight_lo) choices.push_back(one(lo, lo, true, false));
        const int from = tight_lo ? lo + 1 : lo, to = tight_hi ? hi - 1 : hi;
        if (from <= to) choices.push_back(one(from, to, false, false));
        if (tight_hi) choices.push_back(one(hi, hi, false, true));
        return ast_.Choice(std::move(choices));
    }

    ExprId Fraction(bool tight_lo, bool tight_hi) {
        std::vector<ExprId> choices;
        if (MayEnd(length_, tight_lo, tight_hi)) choices.push_back(ast_.Empty());
        if (!integer_) {
            choices.push_back(
                ast_.Sequence({ast_.Literal("."), Behind(length_, tight_lo, tight_hi)}));
        }
        return ast_.Choice(std::move(choices));
    }

    // At least one digit behind the point.
    ExprId Behind(size_t at, bool tight_lo, bool tight_hi) {
        const ExprId any = Digits(ast_, 0, 9);
        if ((!tight_lo || at >= lo_.size()) && (!tight_hi || at >= hi_.size())) {
            const ExprId zeros = ast_.Repeat(Digits(ast_, 0, 0), 1, kUnbounded);
            if (tight_hi) {
                return hi_exclusive_ || (tight_lo && lo_exclusive_) ? ast_.Never() : zeros;
            }
            if (!tight_lo || !lo_exclusive_) return ast_.Repeat(any, 1, kUnbounded);
            return ast_.Sequence({ast_.Repeat(Digits(ast_, 0, 0), 0, kUnbounded),
                                  Digits(ast_, 1, 9), ast_.Repeat(any, 0, kUnbounded)});
        }
        return Digit(at, tight_lo, tight_hi, 0, [this](size_t next, bool l, bool h) {
            const ExprId more = Behind(next, l, h);
            return MayEnd(next, l, h) ? ast_.Choice({ast_.Empty(), more}) : more;
        });
    }

    bool MayEnd(size_t at, bool tight_lo, bool tight_hi) const {
        if (tight_lo && (!ZeroFrom(lo_, at) || lo_exclusive_)) return false;
        return !tight_hi || !ZeroFrom(hi_, at) || !hi_exclusive_;
    }
    static int DigitAt(const std::string& digits, size_t at) {
        return at < digits.size() ? digits[at] - '0' : 0;
    }
    static bool ZeroFrom(const std::string& digits, size_t at) {
        return at >= digits.size() || digits.find_first_not_of('0', at) == digits.npos;
    }

    GrammarAst& ast_;
    size_t length_;
    bool integer_;
    std::string lo_, hi_;
    bool lo_exclusive_ = false, hi_exclusive_ = false;
};

// Numbers that are not negative, between bounds that are not.
ExprId Positive(GrammarAst& ast, const Bound& lo, const Bound* hi, bool integer) {
    const size_t shortest = lo.value.whole.size();
    const size_t longest = hi ? hi->value.whole.size() : shortest + 1;
    std::vector<ExprId> choices;
    for (size_t length = shortest; length <= longest; ++length) {
        const bool at_lo = length == shortest;
        if (!hi && !at_lo) {  // all that are longer than lo
            std::vector<ExprId> parts = {
                Digits(ast, 1, 9), ast.Repeat(Digits(ast, 0, 9), uint32_t(length - 1), kUnbounded)};
            if (!integer) {
                parts.push_back(ast.Optional(ast.Sequence(
                    {ast.Literal("."), ast.Repeat(Digits(ast, 0, 9), 1, kUnbounded)})));
            }
            choices.push_back(ast.Sequence(std::move(parts)));
            continue;
        }
        const bool at_hi = hi && length == longest;
        FixedLength numbers(ast, length, at_lo ? &lo : nullptr, at_hi ? hi : nullptr, integer);
        choices.push_back(numbers.Whole(0, at_lo, at_hi));
    }
    return ast.Choice(std::move(choices));
}

Bound Negated(Bound bound) {
    bound.value.negative = !bound.value.negative;
    return bound;
}

ExprId Range(GrammarAst& ast, const std::optional<Bound>& lo, const std::optional<Bound>& hi,
             bool integer) {
    const auto negative = [](const Bound& b) { return b.value.negative && !b.value.zero(); };
    std::vector<ExprId> choices;
    if (!hi || !negative(*hi)) {
        const Bound zero;
        choices.push_back(
            Positive(ast, lo && !negative(*lo) ? *lo : zero, hi ? &*hi : nullptr, integer));
    }
    if (!lo || negative(*lo)) {
        Bound nearest;
        nearest.exclusive = true;  // -0 is not written
        if (integer) nearest = {Decimal::FromInteger(1), false};
        if (hi && negative(*hi)) nearest = Negated(*hi);
        std::optional<Bound> farthest;
        if (lo) farthest = Negated(*lo);
        choices.push_back(ast.Sequence(
            {ast.Literal("-"), Positive(ast, nearest, farthest ? &*farthest : nullptr, integer)}));
    }
    return ast.Choice(std::move(choices));
}

}  // namespace

Decimal Decimal::FromInteger(int64_t value) {
    Decimal out;
    out.whole = fmt::format("{}", value);
    if (value < 0) {
        out.negative = true;
        out.whole.erase(0, 1);
    }
    return out;
}

std::optional<Decimal> Decimal::FromDouble(double value) {
    if (!std::isfinite(value)) return std::nullopt;
    // The shortest digits that read back as the value.
    std::string shortest = fmt::format("{}", std::abs(value));
    int exponent = 0;
    if (const size_t e = shortest.find('e'); e != shortest.npos) {
        exponent = std::atoi(shortest.c_str() + e + 1);
        shortest.resize(e);
    }
    if (std::abs(exponent) > 40) return std::nullopt;
    size_t point = shortest.find('.');
    if (point == shortest.npos) {
        point = shortest.size();
    } else {
        shortest.erase(point, 1);
    }
    std::string digits = shortest;
    int64_t at = int64_t(point) + exponent;  // of the point within the digits
    if (at <= 0) {
        digits.insert(0, size_t(1 - at), '0');
        at = 1;
    }
    if (size_t(at) > digits.size()) digits.append(size_t(at) - digits.size(), '0');
    Decimal out;
    out.negative = value < 0;
    out.whole = digits.substr(0, size_t(at));
    out.fraction = digits.substr(size_t(at));
    out.whole.erase(0, std::min(out.whole.find_first_not_of('0'), out.whole.size() - 1));
    out.fraction.erase(out.fraction.find_last_not_of('0') + 1);
    return out;
}

ExprId IntegerRange(GrammarAst& ast, std::optional<int64_t> lo, std::optional<int64_t> hi) {
    if (lo && hi && *lo > *hi) return ast.Never();
    std::optional<Bound> low, high;
    if (lo) low = {Decimal::FromInteger(*lo), false};
    if (hi) high = {Decimal::FromInteger(*hi), false};
    return Range(ast, low, high, true);
}

ExprId NumberRange(GrammarAst& ast, const std::optional<Bound>& lo,
                   const std::optional<Bound>& hi) {
    return Range(ast, lo, hi, false);
}

}  // namespace argosy::grammar
