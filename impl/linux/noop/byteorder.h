/* SPDX-License-Identifier: GPL-2.0-only */
/* byteorder.h - no-op, all versions: nothing is read or written in a foreign order of bytes. */
#ifndef LINUX_SHIM_BYTEORDER_H
#define LINUX_SHIM_BYTEORDER_H

#define __LITTLE_ENDIAN 1234
#define __LITTLE_ENDIAN_BITFIELD
#define cpu_to_le32(x) (x)
#define cpu_to_le64(x) (x)
#define le32_to_cpu(x) (x)
#define le64_to_cpu(x) (x)
#define swab(x) ((unsigned long)__builtin_bswap64(x))

#endif
