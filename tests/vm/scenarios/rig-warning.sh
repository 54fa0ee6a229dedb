#!/bin/bash
# about: a kernel WARNING fails the run
# seconds: 10
# must-fail: kernel. WARNING
. "$VM_DIR/lib.sh"

pass 'nothing'
echo 'WARNING: CPU: 0 PID: 1 at planted.c:1' >/dev/kmsg
