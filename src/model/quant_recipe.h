// Which tensor of a model gets which type: the named mixtures that llama.cpp made customary, so
// that a file of ours is of the size and quality that its name promises.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/stored_model.h"

namespace argosy {

struct QuantRecipe {
    std::string_view name;  // "q4_k_m"
    DType base;             // of most weights
    int64_t file_type;      // general.file_type
};

/// By name in any case; "q4_k" means q4_k_m, likewise q3_k and q5_k. kInvalidArgument lists all.
Result<QuantRecipe> FindRecipe(std::string_view name);
const std::vector<QuantRecipe>& AllRecipes();

/// Chooses types for the tensors of one model (its bytes are not needed).
class TypeChooser {
  public:
    TypeChooser(const QuantRecipe& recipe, const Metadata& metadata,
                const std::vector<TensorView>& tensors);
    /// Weights get what the recipe says for their place, or a type of smaller blocks where their
    /// rows are not whole blocks of 256; norms, biases and all of one dimension become F32.
    DType Choose(const TensorView& tensor) const;

  private:
    DType ChooseMixed(const TensorView& tensor) const;

    QuantRecipe recipe_;
    int64_t layers_ = 0;
    int64_t heads_per_kv_head_ = 1;
    bool tied_ = true;
};

}  // namespace argosy
