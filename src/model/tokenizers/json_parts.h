// The parts of a tokenizer.json: each read from its JSON object as Hugging Face's `tokenizers`
// understands it. Errors name the field, or kUnsupported the type.
#pragma once

#include "base/json.h"
#include "model/tokenizers/pipeline_tokenizer.h"

namespace argosy::tokenizers {

// Members with their defaults; a null counts as absent.
const json::value* Member(const json::value& value, std::string_view key);
std::string TextOr(const json::value& value, std::string_view key, std::string_view fallback);
bool FlagOr(const json::value& value, std::string_view key, bool fallback);
int64_t IntOr(const json::value& value, std::string_view key, int64_t fallback);
/// "type" of a part.
std::string TypeOf(const json::value& value);
/// The parts in a Sequence (`list` names its array), or the part itself.
Result<std::vector<const json::value*>> PartsOf(const json::value& value, std::string_view list);

Result<void> ReadNormalizer(const json::value& value, Normalizers& out);
/// `over_bytes`: the model works on bytes, so ByteLevel need not write them as characters.
Result<void> ReadPreTokenizer(const json::value& value, bool over_bytes, PreTokenizers& out);
/// Whether the last step writes bytes as characters (ByteLevel).
bool EndsInByteLevel(const json::value* value);
Result<DecoderSpec> ReadDecoder(const json::value* value);
/// Sets `single` and `pair`; ids are looked up in the vocabulary.
Result<void> ReadPostProcessor(const json::value& value, PipelineParts& parts);
/// Vocabulary and model. Reads "added_tokens" of the whole document too, for their kinds.
Result<void> ReadModel(const json::value& document, bool over_bytes, PipelineParts& parts);

std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace argosy::tokenizers
