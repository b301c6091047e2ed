/* SPDX-License-Identifier: MIT */
#ifndef OVERLAP_H
#define OVERLAP_H

struct arch;
struct binfmt_list;
struct entry;
struct rule;
struct warnings;

/* The first enabled entry that programs of an architecture go to, whatever its name; NULL if there is none. */
const struct entry *arch_taker(const struct binfmt_list *list, const struct arch *arch);

/* The next one behind `last` (NULL: the first). */
const struct entry *arch_next_taker(const struct binfmt_list *list, const struct arch *arch, const struct entry *last);

/*
 * The name of the first enabled entry ahead of the one of the rule's name (of all, if there is none)
 * that takes some of its files, NULL if none does.
 */
const char *overlap_in_front(const struct rule *rule, const struct binfmt_list *list);

/* The same of one that may take them: its program decides (type B), or it is not understood. */
const char *overlap_doubt(const struct rule *rule, const struct binfmt_list *list);

/*
 * As overlap_in_front, but for one that is told to take its files on purpose: a narrower pattern ahead of a broader
 * one, or one with the same interpreter and flags.
 */
const char *overlap_shadow(const struct rule *rule, const struct binfmt_list *list);

/* The same wherever it stands, as where the order is hidden (binfmt_list.h): the next one behind `last`, as above. */
const struct entry *overlap_rival(const struct rule *rule, const struct binfmt_list *list, const struct entry *last);

/* Warns of the enabled entries, but those that leave, that the rule, registered now and so ahead of all, takes files
 * from. */
void overlap_warn(const struct rule *rule, const struct binfmt_list *list, struct warnings *warnings);

#endif
