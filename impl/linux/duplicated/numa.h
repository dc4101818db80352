/* SPDX-License-Identifier: GPL-2.0-only */
/* numa.h - duplicated, all versions: how many nodes there can be, and the number that means none.
 */
#ifndef LINUX_SHIM_NUMA_H
#define LINUX_SHIM_NUMA_H

#define NODES_SHIFT CONFIG_NODES_SHIFT
#define MAX_NUMNODES (1 << NODES_SHIFT)
#define NUMA_NO_NODE (-1)
#define NUMA_NO_MEMBLK (-1)
#define numa_valid_node(node) ((node) >= 0 && (node) < MAX_NUMNODES)
#define numa_map_to_online_node(node) (node)
#define phys_to_target_node(addr) 0

#endif
