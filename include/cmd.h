/* SPDX-License-Identifier: MIT */
#ifndef CMD_H
#define CMD_H

#include "command.h"

/* What each command does, and its options. They return the exit status. */
int cmd_register(const struct cmd *cmd, struct args *args);
int cmd_remove(const struct cmd *cmd, struct args *args);
int cmd_enable(const struct cmd *cmd, struct args *args);
int cmd_disable(const struct cmd *cmd, struct args *args);
int cmd_list(const struct cmd *cmd, struct args *args);
int cmd_status(const struct cmd *cmd, struct args *args);
int cmd_match(const struct cmd *cmd, struct args *args);
int cmd_test(const struct cmd *cmd, struct args *args);
int cmd_refresh(const struct cmd *cmd, struct args *args);
int cmd_export(const struct cmd *cmd, struct args *args);
int cmd_load(const struct cmd *cmd, struct args *args);
int cmd_doctor(const struct cmd *cmd, struct args *args);
int cmd_exec(const struct cmd *cmd, struct args *args);
int cmd_completion(const struct cmd *cmd, struct args *args);
int cmd_help(const struct cmd *cmd, struct args *args);
int cmd_version(const struct cmd *cmd, struct args *args);

extern const struct opt register_opts[], remove_opts[], enable_opts[], disable_opts[], list_opts[], status_opts[],
    match_opts[], test_opts[], refresh_opts[], load_opts[], export_opts[], doctor_opts[], exec_opts[],
    completion_opts[], help_opts[];

#endif
