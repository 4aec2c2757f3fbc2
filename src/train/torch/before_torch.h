// Included before everything else (-include) in the sources of this folder. With clang, C++20's
// constexpr vector makes the bodies of std::vector's members compile as soon as they are named, and
// libtorch 1.13 names vector<IValue> before IValue is complete. So these sources see the parts of
// libstdc++ below as C++17 has them: the same code, only not usable at compile time.
#pragma once

#include <cstddef>

#if defined(__clang__) && defined(__GLIBCXX__) && __cplusplus >= 202002L
#undef _GLIBCXX20_CONSTEXPR
#define _GLIBCXX20_CONSTEXPR
// clang-format off
#include <vector>
#include <tuple>
#include <algorithm>
// clang-format on
#undef _GLIBCXX20_CONSTEXPR
#define _GLIBCXX20_CONSTEXPR constexpr
#endif
