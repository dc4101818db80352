#!/bin/bash -eu
# SPDX-License-Identifier: GPL-2.0-only
#
# build.sh - what OSS-Fuzz calls to build the fuzz targets.

exec "$SRC/pcpufuzz/scripts/ossfuzz-build"
