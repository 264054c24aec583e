@echo off
rem Runs the lloom of this checkout on the Node that its packages bring, and no other program of that name.
setlocal
set "node=%~dp0node_modules\.bin\node.cmd"
if not exist "%node%" set "node=node"
call "%node%" "%~dp0node\bin\lloom.js" %*
