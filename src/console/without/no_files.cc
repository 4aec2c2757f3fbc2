// In place of the built files where ARGOSY_CONSOLE is OFF.
#include "console/embedded_file.h"

namespace argosy::console {

std::span<const EmbeddedFile> EmbeddedFiles() { return {}; }

}  // namespace argosy::console
