// Every operation is written once with Highway and compiled for each instruction set it knows; the
// best one is chosen when the first is called. Tails go through a small buffer, so that an
// element's arithmetic does not depend on where in a row it stands.
#include "engine/kernels/ops.h"

#include <algorithm>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/ops.cc"
// Vectors of unknown size cannot be kept in arrays; every CPU with them has NEON too, or is rare.
#ifndef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#endif
// clang-format off
#include <hwy/foreach_target.h>  // must precede highway.h
#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace argosy {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
constexpr D kF;
constexpr size_t kMaxLanes = HWY_MAX_BYTES / sizeof(float);

/// y[i] = fn(a[i], b[i]) by whole vectors.
template <typename Fn>
HWY_INLINE void Map2(const float* a, const float* b, int64_t n, float* y, const Fn& fn) {
    const auto lanes = static_cast<int64_t>(hn::Lanes(kF));
    int64_t i = 0;
    for (; i + lanes <= n; i += lanes) {
        hn::StoreU(fn(hn::LoadU(kF, a + i), hn::LoadU(kF, b + i)), kF, y + i);
    }
    if (i == n) return;
    HWY_ALIGN float tail_a[kMaxLanes] = {};
    HWY_ALIGN float tail_b[kMaxLanes] = {};
    std::copy(a + i, a + n, tail_a);
    std::copy(b + i, b + n, tail_b);
    hn::Store(fn(hn::Load(kF, tail_a), hn::Load(kF, tail_b)), kF, tail_a);
    std::copy(tail_a, tail_a + (n - i), y + i);
}

template <typename Fn>
HWY_INLINE void Map1(const float* x, int64_t n, float* y, const Fn& fn) {
    Map2(x, x, n, y, [&fn](V v, V) HWY_ATTR { return fn(v); });
}

/// The sum of fn(a[i], b[i], sum so far) over four sums, then over lanes: a fixed order for each n.
template <typename Fn>
HWY_INLINE float Fold(const float* a, const float* b, int64_t n, const Fn& fn) {
    const auto lanes = static_cast<int64_t>(hn::Lanes(kF));
    V sum0 = hn::Zero(kF), sum1 = hn::Zero(kF), sum2 = hn::Zero(kF), sum3 = hn::Zero(kF);
    int64_t i = 0;
    for (; i + 4 * lanes <= n; i += 4 * lanes) {
        const float* p = a + i;
        const float* q = b + i;
        sum0 = fn(hn::LoadU(kF, p), hn::LoadU(kF, q), sum0);
        sum1 = fn(hn::LoadU(kF, p + lanes), hn::LoadU(kF, q + lanes), sum1);
        sum2 = fn(hn::LoadU(kF, p + 2 * lanes), hn::LoadU(kF, q + 2 * lanes), sum2);
        sum3 = fn(hn::LoadU(kF, p + 3 * lanes), hn::LoadU(kF, q + 3 * lanes), sum3);
    }
    for (; i + lanes <= n; i += lanes) {
        sum0 = fn(hn::LoadU(kF, a + i), hn::LoadU(kF, b + i), sum0);
    }
    const V sum = hn::Add(hn::Add(sum0, sum1), hn::Add(sum2, sum3));
    float total = hn::GetLane(hn::SumOfLanes(kF, sum));
    if (i == n) return total;
    HWY_ALIGN float tail_a[kMaxLanes] = {};
    HWY_ALIGN float tail_b[kMaxLanes] = {};
    std::copy(a + i, a + n, tail_a);
    std::copy(b + i, b + n, tail_b);
    const V rest = hn::IfThenElseZero(hn::FirstN(kF, static_cast<size_t>(n - i)),
                                      fn(hn::Load(kF, tail_a), hn::Load(kF, tail_b), hn::Zero(kF)));
    total += hn::GetLane(hn::SumOfLanes(kF, rest));
    return total;
}

float DotImpl(const float* a, const float* b, int64_t n) {
    return Fold(a, b, n, [](V x, V y, V sum) HWY_ATTR { return hn::MulAdd(x, y, sum); });
}

void RmsNormImpl(const float* x, const float* weight, float eps, int64_t n, float* y,
                 float weight_offset) {
    const float mean_square = DotImpl(x, x, n) / static_cast<float>(n);
    const V inverse = hn::Div(hn::Set(kF, 1.0f), hn::Sqrt(hn::Set(kF, mean_square + eps)));
    if (weight == nullptr) {
        Map1(x, n, y, [&](V v) HWY_ATTR { return hn::Mul(v, inverse); });
        return;
    }
    const V offset = hn::Set(kF, weight_offset);
    Map2(x, weight, n, y,
         [&](V v, V w) HWY_ATTR { return hn::Mul(hn::Mul(v, inverse), hn::Add(w, offset)); });
}

void LayerNormImpl(const float* x, const float* weight, const float* bias, float eps, int64_t n,
                   float* y) {
    const float mean = Fold(x, x, n, [](V v, V, V sum) HWY_ATTR { return hn::Add(v, sum); }) /
                       static_cast<float>(n);
    const V mean_v = hn::Set(kF, mean);
    const float variance = Fold(x, x, n,
                                [&](V v, V, V sum) HWY_ATTR {
                                    const V d = hn::Sub(v, mean_v);
                                    return hn::MulAdd(d, d, sum);
                                }) /
                           static_cast<float>(n);
    const V inverse = hn::Div(hn::Set(kF, 1.0f), hn::Sqrt(hn::Set(kF, variance + eps)));
    const auto normal = [&](V v) HWY_ATTR { return hn::Mul(hn::Sub(v, mean_v), inverse); };
    if (weight == nullptr) {
        Map1(x, n, y, normal);
    } else {
        Map2(x, weight, n, y, [&](V v, V w) HWY_ATTR { return hn::Mul(normal(v), w); });
    }
    if (bias == nullptr) return;
    Map2(y, bias, n, y, [](V v, V b) HWY_ATTR { return hn::Add(v, b); });
}

void RopeInterleavedImpl(float* x, int heads, int head_dim, int rotary_dim, const float* cos,
                         const float* sin) {
    const int pairs = rotary_dim / 2;
    const int lanes = static_cast<int>(hn::Lanes(kF));
    for (int h = 0; h < heads; ++h) {
        float* row = x + static_cast<int64_t>(h) * head_dim;
        int i = 0;
        for (; i + lanes <= pairs; i += lanes) {
            V a, b;
            hn::LoadInterleaved2(kF, row + 2 * i, a, b);
            const V c = hn::LoadU(kF, cos + i), s = hn::LoadU(kF, sin + i);
            hn::StoreInterleaved2(hn::NegMulAdd(b, s, hn::Mul(a, c)),
                                  hn::MulAdd(b, c, hn::Mul(a, s)), kF, row + 2 * i);
        }
        for (; i < pairs; ++i) {
            const float a = row[2 * i], b = row[2 * i + 1];
            row[2 * i] = a * cos[i] - b * sin[i];
            row[2 * i + 1] = a * sin[i] + b * cos[i];
        }
    }
}

void RopeNeoxImpl(float* x, int heads, int head_dim, int rotary_dim, const float* cos,
                  const float* sin) {
    const int pairs = rotary_dim / 2;
    const int lanes = static_cast<int>(hn::Lanes(kF));
    for (int h = 0; h < heads; ++h) {
        float* low = x + static_cast<int64_t>(h) * head_dim;
        float* high = low + pairs;
        int i = 0;
        for (; i + lanes <= pairs; i += lanes) {
            const V a = hn::LoadU(kF, low + i), b = hn::LoadU(kF, high + i);
            const V c = hn::LoadU(kF, cos + i), s = hn::LoadU(kF, sin + i);
            hn::StoreU(hn::NegMulAdd(b, s, hn::Mul(a, c)), kF, low + i);
            hn::StoreU(hn::MulAdd(b, c, hn::Mul(a, s)), kF, high + i);
        }
        for (; i < pairs; ++i) {
            const float a = low[i], b = high[i];
            low[i] = a * cos[i] - b * sin[i];
            high[i] = a * sin[i] + b * cos[i];
        }
    }
}

/// x / (1 + exp(-x)); the exponent is held below overflow, where the result is 0 to 1e-36 anyway.
HWY_INLINE V Silu(V x) {
    const V e = hn::Exp(kF, hn::Min(hn::Neg(x), hn::Set(kF, 88.0f)));
    return hn::Div(x, hn::Add(hn::Set(kF, 1.0f), e));
}

void SiluMulImpl(const float* gate, const float* up, int64_t n, float* y) {
    Map2(gate, up, n, y, [](V g, V u) HWY_ATTR { return hn::Mul(Silu(g), u); });
}

/// x * (1 + tanh(u)) / 2 with u = sqrt(2/pi) (x + 0.044715 x³), which is x / (1 + exp(-2u)): no
/// cancellation where tanh comes near -1.
HWY_INLINE V GeluTanhOf(V x) {
    const V cubic = hn::MulAdd(hn::Mul(hn::Set(kF, 0.044715f), hn::Mul(x, x)), x, x);
    const V minus_2u = hn::Mul(hn::Set(kF, -1.5957691216057308f), cubic);
    const V e = hn::Exp(kF, hn::Min(minus_2u, hn::Set(kF, 88.0f)));
    return hn::Div(x, hn::Add(hn::Set(kF, 1.0f), e));
}

void GeluTanhMulImpl(const float* gate, const float* up, int64_t n, float* y) {
    Map2(gate, up, n, y, [](V g, V u) HWY_ATTR { return hn::Mul(GeluTanhOf(g), u); });
}
void GeluTanhImpl(const float* x, int64_t n, float* y) {
    Map1(x, n, y, [](V v) HWY_ATTR { return GeluTanhOf(v); });
}

/// erfc(z) for z >= 0, as exp(-z²) t P(t) with t = 1 / (1 + z/2). P is a least-squares fit of
/// exp(z²) erfc(z) / t at Chebyshev points for z in [0, 10], within 3.6e-9 of it.
HWY_INLINE V Erfc(V z) {
    constexpr float kP[] = {0.28208836913108826f,  0.2822558879852295f,   0.2451476901769638f,
                            0.18575657904148102f,  0.054352957755327225f, 0.03653855249285698f,
                            -0.02361189015209675f, -0.2879781723022461f,  0.38040515780448914f,
                            -0.1906619369983673f,  0.035706840455532074f};
    const V t = hn::Div(hn::Set(kF, 1.0f), hn::MulAdd(z, hn::Set(kF, 0.5f), hn::Set(kF, 1.0f)));
    V p = hn::Set(kF, kP[10]);
    for (int i = 9; i >= 0; --i) p = hn::MulAdd(p, t, hn::Set(kF, kP[i]));
    const V square = hn::Min(hn::Mul(z, z), hn::Set(kF, 120.0f));
    return hn::Mul(hn::Exp(kF, hn::Neg(square)), hn::Mul(t, p));
}

void GeluErfImpl(const float* x, int64_t n, float* y) {
    Map1(x, n, y, [](V v) HWY_ATTR {
        const V z = hn::Mul(hn::Abs(v), hn::Set(kF, 0.70710678118654752f));
        const V half = hn::Mul(hn::Set(kF, 0.5f), Erfc(z));  // Phi(-|x|)
        const V weight =
            hn::IfThenElse(hn::Lt(v, hn::Zero(kF)), half, hn::Sub(hn::Set(kF, 1.0f), half));
        return hn::Mul(v, weight);
    });
}

void TanhImpl(const float* x, int64_t n, float* y) {
    Map1(x, n, y, [](V v) HWY_ATTR { return hn::Tanh(kF, v); });
}

void AddImpl(const float* a, const float* b, int64_t n, float* y) {
    Map2(a, b, n, y, [](V u, V v) HWY_ATTR { return hn::Add(u, v); });
}
void AddScaledImpl(float a, const float* x, int64_t n, float* y) {
    const V scale = hn::Set(kF, a);
    Map2(x, y, n, y, [&](V u, V v) HWY_ATTR { return hn::MulAdd(scale, u, v); });
}
void ScaleImpl(float a, const float* x, int64_t n, float* y) {
    const V scale = hn::Set(kF, a);
    Map1(x, n, y, [&](V v) HWY_ATTR { return hn::Mul(scale, v); });
}
void SoftCapImpl(float cap, const float* x, int64_t n, float* y) {
    const V cap_v = hn::Set(kF, cap);
    Map1(x, n, y, [&](V v) HWY_ATTR { return hn::Mul(cap_v, hn::Tanh(kF, hn::Div(v, cap_v))); });
}

void SoftmaxImpl(const float* x, int64_t n, float* y) {
    const V max = hn::Set(kF, *std::max_element(x, x + n));
    Map1(x, n, y, [&](V v) HWY_ATTR { return hn::Exp(kF, hn::Sub(v, max)); });
    const float sum = Fold(y, y, n, [](V v, V, V total) HWY_ATTR { return hn::Add(v, total); });
    ScaleImpl(1.0f / sum, y, n, y);
}

}  // namespace HWY_NAMESPACE
}  // namespace argosy
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace argosy {

HWY_EXPORT(RmsNormImpl);
HWY_EXPORT(LayerNormImpl);
HWY_EXPORT(RopeInterleavedImpl);
HWY_EXPORT(RopeNeoxImpl);
HWY_EXPORT(SiluMulImpl);
HWY_EXPORT(GeluTanhMulImpl);
HWY_EXPORT(GeluTanhImpl);
HWY_EXPORT(GeluErfImpl);
HWY_EXPORT(TanhImpl);
HWY_EXPORT(AddImpl);
HWY_EXPORT(AddScaledImpl);
HWY_EXPORT(ScaleImpl);
HWY_EXPORT(SoftCapImpl);
HWY_EXPORT(SoftmaxImpl);
HWY_EXPORT(DotImpl);

void RmsNorm(const float* x, const float* weight, float eps, int64_t n, float* y,
             float weight_offset) {
    HWY_DYNAMIC_DISPATCH(RmsNormImpl)(x, weight, eps, n, y, weight_offset);
}
void LayerNorm(const float* x, const float* weight, const float* bias, float eps, int64_t n,
               float* y) {
    HWY_DYNAMIC_DISPATCH(LayerNormImpl)(x, weight, bias, eps, n, y);
}
void RopeInterleaved(float* x, int heads, int head_dim, int rotary_dim, const float* cos,
                     const float* sin) {
    HWY_DYNAMIC_DISPATCH(RopeInterleavedImpl)(x, heads, head_dim, rotary_dim, cos, sin);
}
void RopeNeox(float* x, int heads, int head_dim, int rotary_dim, const float* cos,
              const float* sin) {
    HWY_DYNAMIC_DISPATCH(RopeNeoxImpl)(x, heads, head_dim, rotary_dim, cos, sin);
}
void SiluMul(const float* gate, const float* up, int64_t n, float* y) {
    HWY_DYNAMIC_DISPATCH(SiluMulImpl)(gate, up, n, y);
}
void GeluTanhMul(const float* gate, const float* up, int64_t n, float* y) {
    HWY_DYNAMIC_DISPATCH(GeluTanhMulImpl)(gate, up, n, y);
}
void GeluTanh(const float* x, int64_t n, float* y) { HWY_DYNAMIC_DISPATCH(GeluTanhImpl)(x, n, y); }
void GeluErf(const float* x, int64_t n, float* y) { HWY_DYNAMIC_DISPATCH(GeluErfImpl)(x, n, y); }
void Tanh(const float* x, int64_t n, float* y) { HWY_DYNAMIC_DISPATCH(TanhImpl)(x, n, y); }
void Add(const float* a, const float* b, int64_t n, float* y) {
    HWY_DYNAMIC_DISPATCH(AddImpl)(a, b, n, y);
}
void AddScaled(float a, const float* x, int64_t n, float* y) {
    HWY_DYNAMIC_DISPATCH(AddScaledImpl)(a, x, n, y);
}
void Scale(float a, const float* x, int64_t n, float* y) {
    HWY_DYNAMIC_DISPATCH(ScaleImpl)(a, x, n, y);
}
void SoftCap(float cap, const float* x, int64_t n, float* y) {
    HWY_DYNAMIC_DISPATCH(SoftCapImpl)(cap, x, n, y);
}
void Softmax(const float* x, int64_t n, float* y) { HWY_DYNAMIC_DISPATCH(SoftmaxImpl)(x, n, y); }
float Dot(const float* a, const float* b, int64_t n) {
    return HWY_DYNAMIC_DISPATCH(DotImpl)(a, b, n);
}

}  // namespace argosy
#endif  // HWY_ONCE
