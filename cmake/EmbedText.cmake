# cmake -DIN=file -DOUT=file.cc -DNAME=kName -P EmbedText.cmake: a text file as a C++ constant
# `extern const std::string_view argosy::serve::NAME`.
file(READ ${IN} HEX_BYTES HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," BYTES "${HEX_BYTES}")
file(WRITE ${OUT} "#include <string_view>
namespace argosy::serve {
namespace {
constexpr unsigned char kBytes[] = {${BYTES}};
}
extern const std::string_view ${NAME};
const std::string_view ${NAME}(reinterpret_cast<const char*>(kBytes), sizeof kBytes);
}  // namespace argosy::serve
")
