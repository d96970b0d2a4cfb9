; The installer of one sealed executable: copies it, registers and starts its service, takes it away again.
;
; It knows files, the firewall's rule and Windows' list of programs; the service is the executable's own business
; (ticket-daemon.exe install, start, stop, uninstall). It promises that what it could not do ends it with exit code 2
; and a message, that the shop's configuration, queue and log stay when it is removed, and that a newer version can be
; installed over an older one.
;
; Made by make_installer.py, which defines EXECUTABLE, OUTPUT, SERVICE, TITLE, VERSION and TARGET.
;
;   /S               no questions          /FIREWALL=1      open the daemon's port in Windows' firewall
;   /D=folder        where (last, bare)    /CONFIG=file     the shop's config.toml, copied if there is none yet
;   /NOSTART=1       do not start it       uninstall: /S, and /PURGE=1 takes configuration, queue and log as well

Unicode true
Target ${TARGET}
SetCompressor /SOLID lzma
ManifestDPIAware true
RequestExecutionLevel admin

!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"

!define PROGRAMS "Software\Microsoft\Windows\CurrentVersion\Uninstall\${SERVICE}"
!define RULE "${TITLE}"

Name "${TITLE} ${VERSION}"
OutFile "${OUTPUT}"
InstallDir "$PROGRAMFILES64\${SERVICE}"
InstallDirRegKey HKLM "${PROGRAMS}" "InstallLocation"
BrandingText "Ticket Daemon ${VERSION}"
ShowInstDetails show
ShowUninstDetails show

VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "${TITLE}"
VIAddVersionKey "FileDescription" "Ticket Daemon"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "LegalCopyright" "The Ticket Daemon developers, MIT"

!define MUI_ABORTWARNING
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "Spanish"
!insertmacro MUI_LANGUAGE "English"

LangString ServiceText ${LANG_SPANISH} "El servicio ${SERVICE}"
LangString ServiceText ${LANG_ENGLISH} "The service ${SERVICE}"
LangString FirewallText ${LANG_SPANISH} "Abrir el cortafuegos a las otras máquinas de la tienda"
LangString FirewallText ${LANG_ENGLISH} "Open the firewall to the shop's other machines"
LangString Failed ${LANG_SPANISH} "No se pudo terminar. La causa está arriba, en los detalles, y en el registro del servicio."
LangString Failed ${LANG_ENGLISH} "It could not be finished. The reason is in the details above and in the service's log."

Var Start
Var Config

; Run a command; when it fails say so and end with exit code 2.
!macro Must COMMAND
  nsExec::ExecToLog '${COMMAND}'
  Pop $0
  ${If} $0 != 0
    DetailPrint '${COMMAND}: $0'
    SetErrorLevel 2
    IfSilent +2
      MessageBox MB_ICONSTOP|MB_OK "$(Failed)"
    Abort "$(Failed)"
  ${EndIf}
!macroend

Section "-program"
  SetRegView 64
  ; An older version lets go of its file before it is replaced.
  ${If} ${FileExists} "$INSTDIR\ticket-daemon.exe"
    nsExec::ExecToLog '"$INSTDIR\ticket-daemon.exe" stop'
    Pop $0
  ${EndIf}
  SetOutPath "$INSTDIR"
  ClearErrors
  File "/oname=ticket-daemon.exe" "${EXECUTABLE}"
  ${If} ${Errors}
    SetErrorLevel 2
    Abort "$(Failed)"
  ${EndIf}
  WriteUninstaller "$INSTDIR\uninstall.exe"

  WriteRegStr HKLM "${PROGRAMS}" "DisplayName" "${TITLE}"
  WriteRegStr HKLM "${PROGRAMS}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKLM "${PROGRAMS}" "Publisher" "Ticket Daemon"
  WriteRegStr HKLM "${PROGRAMS}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKLM "${PROGRAMS}" "DisplayIcon" "$INSTDIR\ticket-daemon.exe"
  WriteRegStr HKLM "${PROGRAMS}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKLM "${PROGRAMS}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKLM "${PROGRAMS}" "NoModify" 1
  WriteRegDWORD HKLM "${PROGRAMS}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKLM "${PROGRAMS}" "EstimatedSize" $0
SectionEnd

Section "$(ServiceText)" ServiceSection
  SectionIn RO
  SetShellVarContext all ; $APPDATA is %PROGRAMDATA%
  !insertmacro Must '"$INSTDIR\ticket-daemon.exe" install'
  ${If} $Config != ""
  ${AndIfNot} ${FileExists} "$APPDATA\${SERVICE}\config.toml"
    ClearErrors
    CopyFiles /SILENT "$Config" "$APPDATA\${SERVICE}\config.toml"
    ${If} ${Errors}
    ${OrIfNot} ${FileExists} "$APPDATA\${SERVICE}\config.toml"
      DetailPrint "$Config"
      SetErrorLevel 2
      Abort "$(Failed)"
    ${EndIf}
  ${EndIf}
SectionEnd

Section /o "$(FirewallText)" FirewallSection
  ; The rule is the program's, not the port's: it ends with the program, and follows the port of the next build.
  nsExec::ExecToLog 'netsh advfirewall firewall delete rule name="${RULE}"'
  Pop $0
  !insertmacro Must 'netsh advfirewall firewall add rule name="${RULE}" dir=in action=allow protocol=TCP profile=private,domain program="$INSTDIR\ticket-daemon.exe"'
SectionEnd

Section "-start"
  ${If} $Start != "0"
    !insertmacro Must '"$INSTDIR\ticket-daemon.exe" start'
  ${EndIf}
SectionEnd

Function .onInit
  SetRegView 64
  ${GetParameters} $1
  ${GetOptions} $1 "/CONFIG=" $Config
  ${GetOptions} $1 "/NOSTART=" $0
  ${If} $0 == "1"
    StrCpy $Start "0"
  ${EndIf}
  ${GetOptions} $1 "/FIREWALL=" $0
  ${If} $0 == "1"
    !insertmacro SelectSection ${FirewallSection}
  ${EndIf}
FunctionEnd

Section "Uninstall"
  SetRegView 64
  SetShellVarContext all
  !insertmacro Must '"$INSTDIR\ticket-daemon.exe" uninstall'
  nsExec::ExecToLog 'netsh advfirewall firewall delete rule name="${RULE}"'
  Pop $0
  Delete "$INSTDIR\ticket-daemon.exe"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  DeleteRegKey HKLM "${PROGRAMS}"
  ${GetParameters} $1
  ${GetOptions} $1 "/PURGE=" $0
  ${If} $0 == "1"
    RMDir /r "$APPDATA\${SERVICE}"
  ${EndIf}
SectionEnd
