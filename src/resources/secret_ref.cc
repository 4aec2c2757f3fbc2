#include "resources/secret_ref.h"

namespace argosy::resources {

const Description<SecretKeyRef>& Describe(const SecretKeyRef*) {
    static const auto kDescription =
        Description<SecretKeyRef>("SecretKeyRef", "A key of a Kubernetes Secret.")
            .Field("name", &SecretKeyRef::name, "The Secret's name, in the same namespace.",
                   {.required = true, .max_length = 253})
            .Field("key", &SecretKeyRef::key, "The key in it.",
                   {.required = true, .max_length = 253});
    return kDescription;
}

const Description<SecretRef>& Describe(const SecretRef*) {
    static const auto kDescription =
        Description<SecretRef>("SecretRef", "Where a secret is found.")
            .Field("env", &SecretRef::env, "On one machine: the environment variable that has it.",
                   {.pattern = "^[A-Za-z_][A-Za-z0-9_]*$",
                    .what = "the name of an environment variable such as SHOP_API_KEY"})
            .Field("file", &SecretRef::file,
                   "On one machine: the file that holds it and nothing else.", {.max_length = 4096})
            .Field("secretKeyRef", &SecretRef::secret_key_ref,
                   "In a cluster: the key of a Secret that has it.")
            .Holds(AtLeastOne({"env", "file", "secretKeyRef"}))
            .Secret();
    return kDescription;
}

}  // namespace argosy::resources
