// Writes GGUF version 3, tensor by tensor, so that a model larger than memory can be written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/stored_model.h"

namespace argosy {

/// Metadata as GGUF bytes have it: integers as u32 (i32 where negative, 64 bits where they must),
/// floats as f32, arrays of integers as i32: the widths that llama.cpp asks for.
/// Single-strand. The file appears under its name only when Finish() succeeded.
class GgufWriter {
  public:
    /// Writes everything but the tensors' bytes. `tensors` say name, type and shape; their `bytes`
    /// are not looked at. Errors: kInvalidArgument (a shape that the type cannot have),
    /// kInternal with the text of the system's error.
    static Result<GgufWriter> Create(const std::filesystem::path& path, const Metadata& metadata,
                                     const std::vector<TensorView>& tensors);

    GgufWriter(GgufWriter&&) = default;
    GgufWriter& operator=(GgufWriter&&) = delete;
    ~GgufWriter();

    /// The next bytes of the tensors, in their order; a tensor may come in several pieces, but a
    /// piece must not reach into the next tensor (kInvalidArgument).
    Result<void> Append(std::span<const std::byte> bytes);
    /// All tensors must be complete. Puts the file in place.
    Result<void> Finish();

  private:
    struct Closer {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    GgufWriter() = default;
    Result<void> Write(std::span<const std::byte> bytes);
    Result<void> SystemError(const char* what) const;

    std::filesystem::path path_, partial_;
    std::unique_ptr<std::FILE, Closer> file_;
    std::vector<uint64_t> sizes_;  // of the tensors, in order
    size_t current_ = 0;
    uint64_t written_ = 0;  // of the current tensor
};

}  // namespace argosy
