# cmake -DWEB=folder -DNPM=npm -DSTAMP=file -P NpmInstall.cmake: `npm ci` where node_modules is not of
# this lockfile already. Build folders share node_modules, so one at a time installs.
file(LOCK ${WEB}/node_modules.lock GUARD PROCESS TIMEOUT 600)
file(SHA256 ${WEB}/package-lock.json WANTED)
set(INSTALLED_FILE ${WEB}/node_modules/.argosy-lock-sha256)
set(INSTALLED "")
if(EXISTS ${INSTALLED_FILE})
  file(READ ${INSTALLED_FILE} INSTALLED)
endif()
if(NOT INSTALLED STREQUAL WANTED)
  # No package's own script runs: none of ours needs one.
  execute_process(COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund --loglevel=error
    WORKING_DIRECTORY ${WEB} RESULT_VARIABLE FAILED OUTPUT_VARIABLE SAID ERROR_VARIABLE SAID)
  if(FAILED)
    message(FATAL_ERROR "npm ci failed in ${WEB}; does this machine reach the npm registry?\n${SAID}")
  endif()
  file(WRITE ${INSTALLED_FILE} ${WANTED})
endif()
file(TOUCH ${STAMP})
