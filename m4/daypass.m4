dnl SPDX-License-Identifier: Apache-2.0

dnl DAYPASS_FLAG(VARIABLE, FLAG, [COMPILER = $CC], [LINK = no])
dnl Adds FLAG to VARIABLE if COMPILER takes it without a warning and, with LINK,
dnl a program links with it.
AC_DEFUN([DAYPASS_FLAG], [
	AS_VAR_PUSHDEF([cached], [daypass_cv_flag_$1_$2])
	AC_CACHE_CHECK([whether m4_default([$3], [$CC]) takes $2], [cached], [
		echo 'int main(void) { return 0; }' > conftest.c
		AS_IF([m4_default([$3], [$CC]) -Werror $2 m4_if([$4], [link], [-o conftest], [-c -o conftest.o]) conftest.c >&AS_MESSAGE_LOG_FD 2>&1],
		    [AS_VAR_SET([cached], [yes])], [AS_VAR_SET([cached], [no])])
		rm -f conftest conftest.o conftest.c
	])
	AS_VAR_IF([cached], [yes], [AS_VAR_APPEND([$1], [" $2"])])
	AS_VAR_POPDEF([cached])
])

dnl DAYPASS_STATIC(COMPILER, FLAG, IF-YES, IF-NO)
dnl Does COMPILER make a static program with FLAG that runs?
AC_DEFUN([DAYPASS_STATIC], [
	AC_MSG_CHECKING([whether $1 $2 makes a program that runs])
	echo '#include <stdio.h>
int main(void) { return puts("static") < 0; }' > conftest.c
	AS_IF([$1 -O2 $2 -o conftest conftest.c >&AS_MESSAGE_LOG_FD 2>&1 &&
	    test "`./conftest 2>&AS_MESSAGE_LOG_FD`" = static &&
	    ! { readelf -l conftest 2>/dev/null | grep -q INTERP; }],
	    [AC_MSG_RESULT([yes]); $3], [AC_MSG_RESULT([no]); $4])
	rm -f conftest conftest.c
])
