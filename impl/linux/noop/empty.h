/* SPDX-License-Identifier: GPL-2.0-only */
/* empty.h - no-op, all versions: stands for headers of which the files under test use nothing. */
