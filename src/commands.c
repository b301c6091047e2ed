/* SPDX-License-Identifier: MIT */
#include "commands.h"
#include "cmd.h"

const struct cmd commands[] = {
    {"register",
     "ARCH... | all\n"
     "--name NAME --magic HEX [--mask HEX] [--offset N] --interpreter PATH\n"
     "--name NAME --extension EXT --interpreter PATH\n"
     "--name NAME --like FILE --interpreter PATH\n"
     "--name NAME --bpf HANDLER",
     "register or update handlers", "results", OPERANDS_ARCH, register_opts, cmd_register},
    {"remove", "ENTRY... | all | --global", "remove handlers", "results", OPERANDS_ENTRY, remove_opts, cmd_remove},
    {"enable", "ENTRY... | all | --global", "enable handlers", "results", OPERANDS_ENTRY, enable_opts, cmd_enable},
    {"disable", "ENTRY... | all | --global", "disable handlers", "results", OPERANDS_ENTRY, disable_opts, cmd_disable},
    {"list", "[--supported]", "list live handlers in the kernel's order", "entries", OPERANDS_NONE, list_opts,
     cmd_list},
    {"status", "[ENTRY...]", "show the health of handlers", "entries", OPERANDS_ENTRY, status_opts, cmd_status},
    {"match", "FILE...", "show which handler the kernel picks for a file", "files", OPERANDS_FILE, match_opts,
     cmd_match},
    {"test", "[ARCH... | all]", "run a test program and show what ran it", "tests", OPERANDS_ARCH, test_opts, cmd_test},
    {"refresh", "[ENTRY... | all]", "re-register entries whose interpreter was replaced", "results", OPERANDS_ENTRY,
     refresh_opts, cmd_refresh},
    {"doctor", "[FILE...]", "find the cause of \"exec format error\" and how to fix it", "checks", OPERANDS_FILE,
     doctor_opts, cmd_doctor},
    {"completion", "bash | zsh | fish", "print a completion script for a shell", "completion", OPERANDS_SHELL,
     completion_opts, cmd_completion},
    {.name = NULL},
};
