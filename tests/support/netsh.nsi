; A program in the place of Windows' netsh.exe, which wine only pretends to have: writes down what it was asked for.
Unicode true
Target amd64-unicode
RequestExecutionLevel user
SilentInstall silent
OutFile "${OUTPUT}"
Section
  FileOpen $0 "C:\netsh.txt" a
  FileSeek $0 0 END
  FileWriteUTF16LE $0 "$CMDLINE$\n"
  FileClose $0
SectionEnd
