# SPDX-License-Identifier: GPL-2.0-only
#
# embed.cmake - files as C arrays: cmake -DOUT=FILE -DDIR=FOLDER -P embed.cmake FILE...
#
# film.js becomes show_film_js[] and show_film_js_len.
set(text "/* SPDX-License-Identifier: GPL-2.0-only */\n#include \"embedded.h\"\n")
math(EXPR last "${CMAKE_ARGC} - 1")
set(after_script FALSE)
foreach(i RANGE 1 ${last})
	if(after_script)
		set(name "${CMAKE_ARGV${i}}")
		file(READ "${DIR}/${name}" hex HEX)
		string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
		string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
		string(MAKE_C_IDENTIFIER "show_${name}" id)
		string(APPEND text "\nconst char ${id}[] = {\n${hex}0x00\n};\n")
	elseif(CMAKE_ARGV${i} MATCHES "embed\\.cmake$")
		set(after_script TRUE)
	endif()
endforeach()
file(WRITE "${OUT}" "${text}")
