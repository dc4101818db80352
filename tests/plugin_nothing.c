// SPDX-License-Identifier: GPL-2.0-only
/*
 * plugin_nothing.c - a shared object that is no subject.
 */
const int pcpufuzz_nothing = 1;
