/* SPDX-License-Identifier: MIT */
#ifndef SANITIZED_H
#define SANITIZED_H

/* 1 in a build with the address sanitizer: it makes frames larger, takes all address space, and programs slow. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#endif
