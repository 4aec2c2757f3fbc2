#include "cli/commands.h"

int main(int argc, char** argv) { return argosy::cli::Main(argc, argv); }
