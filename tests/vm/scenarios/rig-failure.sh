#!/bin/bash
# about: a failed assertion fails the run
# seconds: 10
# must-fail: two is three
. "$VM_DIR/lib.sh"

check 'two is three' test 2 = 3
