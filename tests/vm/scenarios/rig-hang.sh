#!/bin/bash
# about: a scenario that does not end is stopped
# seconds: 3
# must-fail: not finished after
. "$VM_DIR/lib.sh"

pass 'nothing'
sleep 1000
