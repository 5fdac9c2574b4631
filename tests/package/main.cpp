#include "relay.hpp"

int main(int argc, char** argv) { return circo::command<Relay>(argc, argv); }
