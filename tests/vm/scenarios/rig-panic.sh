#!/bin/bash
# about: a kernel that panics is noticed, and the next scenario gets a new one
# seconds: 10
# must-fail: kernel. Kernel panic
. "$VM_DIR/lib.sh"

pass 'nothing'
echo c >/proc/sysrq-trigger
