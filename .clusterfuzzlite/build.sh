#!/bin/bash -eu
# SPDX-License-Identifier: GPL-2.0-only
#
# build.sh - what ClusterFuzzLite calls to build the fuzz targets.

exec "$SRC/pcpufuzz/scripts/ossfuzz-build"
