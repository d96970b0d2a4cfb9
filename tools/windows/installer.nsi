; The installer of a sealed build's folder: copies it, registers and starts its service, takes it away again.
;
; What it could not do ends it with exit code 2 and a message; after a failed upgrade the version before runs on. The
; shop's configuration, queue and log stay when it is removed, unless a person or /PURGE=1 says otherwise.
;
; Made by make_installer.py, which defines FOLDER, OUTPUT, SERVICE, TITLE, VERSION, TARGET, LICENCE, ICON, SIDE and, where files
; are signed, SIGN.
;
;   /S               no questions          /FIREWALL=1      open the daemon's port in Windows' firewall
;   /D=folder        where (last, bare)    /CONFIG=file     the shop's config.toml, copied if there is none yet
;   /NOSTART=1       do not start it       uninstall: /S, and /PURGE=1 takes configuration, queue and log as well

Unicode true
Target ${TARGET}
SetCompressor /SOLID lzma
ManifestDPIAware true
RequestExecutionLevel admin

!ifdef SIGN
  !finalize '${SIGN} "%1"'
  !uninstfinalize '${SIGN} "%1"'
!endif

!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"
!include "nsDialogs.nsh"
!include "Sections.nsh"

!define PROGRAMS "Software\Microsoft\Windows\CurrentVersion\Uninstall\${SERVICE}"
!define RULE "${TITLE}"
!define PROGRAM "$INSTDIR\ticket-daemon.exe"
!define BEFORE "$INSTDIR\previous"
; How often and how long apart the uninstaller tries to remove a program that is still ending (ms).
!define TRIES 50
!define PAUSE 200

Name "${TITLE} ${VERSION}"
OutFile "${OUTPUT}"
InstallDir "$PROGRAMFILES64\${SERVICE}"
InstallDirRegKey HKLM "${PROGRAMS}" "InstallLocation"
BrandingText "Ticket Daemon ${VERSION}"
ShowInstDetails nevershow
ShowUninstDetails nevershow

VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "${TITLE}"
VIAddVersionKey "FileDescription" "Ticket Daemon"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "CompanyName" "The Ticket Daemon developers"
VIAddVersionKey "LegalCopyright" "The Ticket Daemon developers, MIT"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${SIDE}"
!define MUI_UNWELCOMEFINISHPAGE_BITMAP "${SIDE}"
!define MUI_ABORTWARNING

!define MUI_WELCOMEPAGE_TITLE "${TITLE} ${VERSION}"
!define MUI_WELCOMEPAGE_TEXT "$(Welcome)"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_LICENSE "${LICENCE}"
!insertmacro MUI_PAGE_DIRECTORY
Page custom ServicePage ServicePageLeft
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_TITLE "$(FinishTitle)"
!define MUI_FINISHPAGE_TEXT "$(Finish)"
!define MUI_FINISHPAGE_RUN
!define MUI_FINISHPAGE_RUN_TEXT "$(OpenPage)"
!define MUI_FINISHPAGE_RUN_FUNCTION OpenPage
!define MUI_PAGE_CUSTOMFUNCTION_SHOW FinishShown
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
UninstPage custom un.DataPage un.DataPageLeft
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "Spanish"
!insertmacro MUI_LANGUAGE "English"

LangString Welcome ${LANG_SPANISH} "Este programa imprime en la impresora térmica los tickets de su punto de venta web.$\r$\n$\r$\nLa instalación tarda un minuto. Si ya lo tenía instalado, se pone la versión nueva y se conserva todo: configuración, impresoras y tickets en espera. Si algo falla, la versión anterior sigue trabajando."
LangString Welcome ${LANG_ENGLISH} "This program prints the tickets of your web point of sale on the thermal printer.$\r$\n$\r$\nThe installation takes a minute. If you already have it, the new version takes its place and everything is kept: configuration, printers and waiting tickets. If something fails, the version before runs on."
LangString ServiceTitle ${LANG_SPANISH} "El servicio"
LangString ServiceTitle ${LANG_ENGLISH} "The service"
LangString ServiceSubtitle ${LANG_SPANISH} "Qué hará en esta computadora."
LangString ServiceSubtitle ${LANG_ENGLISH} "What it will do on this computer."
LangString ServiceText ${LANG_SPANISH} "Se instala el servicio «${SERVICE}». Arranca solo al encender la computadora, antes de que alguien inicie sesión, y si se cae vuelve a arrancar. La configuración, los tickets y el registro quedan en una carpeta que solo leen los administradores."
LangString ServiceText ${LANG_ENGLISH} "The service '${SERVICE}' is installed. It starts with the computer, before anyone logs in, and starts again if it fails. Configuration, tickets and log are kept in a folder that only administrators can read."
LangString FirewallText ${LANG_SPANISH} "Dejar que las otras computadoras y tabletas de la tienda impriman aquí (abre el cortafuegos de Windows en redes privadas)"
LangString FirewallText ${LANG_ENGLISH} "Let the shop's other computers and tablets print here (opens Windows' firewall on private networks)"
LangString FirewallHint ${LANG_SPANISH} "Si la caja y la impresora están en esta misma computadora, no hace falta."
LangString FirewallHint ${LANG_ENGLISH} "Not needed if till and printer are on this computer."
LangString StartText ${LANG_SPANISH} "Arrancar el servicio al terminar"
LangString StartText ${LANG_ENGLISH} "Start the service when done"
LangString FinishTitle ${LANG_SPANISH} "Listo"
LangString FinishTitle ${LANG_ENGLISH} "Done"
LangString Finish ${LANG_SPANISH} "${TITLE} ${VERSION} está instalado.$\r$\n$\r$\nFalta elegir la impresora y hacer una prueba: se hace en su página, en el navegador. La encontrará también en el menú Inicio."
LangString Finish ${LANG_ENGLISH} "${TITLE} ${VERSION} is installed.$\r$\n$\r$\nWhat is left is to choose the printer and try it out, on its page in the browser. You will find the page in the Start menu too."
LangString OpenPage ${LANG_SPANISH} "Abrir la página para elegir la impresora"
LangString OpenPage ${LANG_ENGLISH} "Open the page to choose the printer"
LangString Failed ${LANG_SPANISH} "No se pudo terminar la instalación. La causa está en los detalles y en el registro del servicio."
LangString Failed ${LANG_ENGLISH} "The installation could not be finished. The reason is in the details and in the service's log."
LangString FailedUpgrade ${LANG_SPANISH} "No se pudo poner la versión nueva; la anterior sigue trabajando como estaba. La causa está en los detalles y en el registro del servicio."
LangString FailedUpgrade ${LANG_ENGLISH} "The new version could not be installed; the one before runs on as it was. The reason is in the details and in the service's log."
LangString DataTitle ${LANG_SPANISH} "¿Y los datos de la tienda?"
LangString DataTitle ${LANG_ENGLISH} "And the shop's data?"
LangString DataSubtitle ${LANG_SPANISH} "Configuración, tickets y registro."
LangString DataSubtitle ${LANG_ENGLISH} "Configuration, tickets and log."
LangString DataText ${LANG_SPANISH} "Se quita el programa y su servicio. La configuración, los tickets en espera y el registro están en$\r$\n$APPDATA\${SERVICE}$\r$\ny se conservan, por si lo vuelve a instalar."
LangString DataText ${LANG_ENGLISH} "The program and its service are removed. Configuration, waiting tickets and log are in$\r$\n$APPDATA\${SERVICE}$\r$\nand are kept, in case you install it again."
LangString PurgeText ${LANG_SPANISH} "Borrarlos también (no se puede deshacer)"
LangString PurgeText ${LANG_ENGLISH} "Delete them too (this cannot be undone)"

Var Start
Var Config
Var WasRunning
Var FirewallBox
Var StartBox
Var Purge
Var PurgeBox

; Run a command; when it fails, put things back, say so and end with exit code 2.
!macro Must COMMAND
  nsExec::ExecToLog '${COMMAND}'
  Pop $0
  ${If} $0 != 0
    DetailPrint '${COMMAND}: $0'
    Call GiveUp
  ${EndIf}
!macroend

Section "-program"
  SetRegView 64
  SetShellVarContext all
  StrCpy $WasRunning "0"
  RMDir /r "${BEFORE}"
  ${If} ${FileExists} "${PROGRAM}"
    nsExec::ExecToLog '"${PROGRAM}" service status'
    Pop $0
    ${If} $0 == 0
      StrCpy $WasRunning "1"
    ${EndIf}
    nsExec::ExecToLog '"${PROGRAM}" stop'
    Pop $0
    ; Kept aside until the new version runs.
    CreateDirectory "${BEFORE}"
    ClearErrors
    Rename "${PROGRAM}" "${BEFORE}\ticket-daemon.exe"
    ${If} ${FileExists} "$INSTDIR\_internal\*"
      Rename "$INSTDIR\_internal" "${BEFORE}\_internal"
    ${EndIf}
    ${If} ${Errors}
      Call GiveUp
    ${EndIf}
  ${EndIf}
  SetOutPath "$INSTDIR"
  ClearErrors
  File /r "${FOLDER}/*"
  ${If} ${Errors}
    Call GiveUp
  ${EndIf}
SectionEnd

Section "-service"
  !insertmacro Must '"${PROGRAM}" install'
  ${If} $Config != ""
  ${AndIfNot} ${FileExists} "$APPDATA\${SERVICE}\config.toml"
    ClearErrors
    CopyFiles /SILENT "$Config" "$APPDATA\${SERVICE}\config.toml"
    ${If} ${Errors}
    ${OrIfNot} ${FileExists} "$APPDATA\${SERVICE}\config.toml"
      DetailPrint "$Config"
      Call GiveUp
    ${EndIf}
  ${EndIf}
SectionEnd

Section /o "-firewall" FirewallSection
  ; The rule is the program's, not the port's: it ends with the program, and follows the port of the next build.
  nsExec::ExecToLog 'netsh advfirewall firewall delete rule name="${RULE}"'
  Pop $0
  !insertmacro Must 'netsh advfirewall firewall add rule name="${RULE}" dir=in action=allow protocol=TCP profile=private,domain program="${PROGRAM}"'
SectionEnd

Section "-start"
  ${If} $Start != "0"
    !insertmacro Must '"${PROGRAM}" start'
  ${EndIf}
SectionEnd

; From here on nothing is taken back.
Section "-listed"
  RMDir /r "${BEFORE}"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  WriteRegStr HKLM "${PROGRAMS}" "DisplayName" "${TITLE}"
  WriteRegStr HKLM "${PROGRAMS}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKLM "${PROGRAMS}" "Publisher" "The Ticket Daemon developers"
  WriteRegStr HKLM "${PROGRAMS}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKLM "${PROGRAMS}" "DisplayIcon" "${PROGRAM}"
  WriteRegStr HKLM "${PROGRAMS}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKLM "${PROGRAMS}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKLM "${PROGRAMS}" "NoModify" 1
  WriteRegDWORD HKLM "${PROGRAMS}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKLM "${PROGRAMS}" "EstimatedSize" $0
  CreateShortCut "$SMPROGRAMS\${TITLE}.lnk" "${PROGRAM}" "open" "${PROGRAM}" 0 SW_SHOWMINIMIZED
SectionEnd

; Leave things as they were: the version before in its place and running if it ran, or nothing at all.
Function GiveUp
  nsExec::ExecToLog '"${PROGRAM}" stop'
  Pop $0
  ${If} ${FileExists} "${BEFORE}\ticket-daemon.exe"
    Delete "${PROGRAM}"
    Rename "${BEFORE}\ticket-daemon.exe" "${PROGRAM}"
    ${If} ${FileExists} "${BEFORE}\_internal\*"
      RMDir /r "$INSTDIR\_internal"
      Rename "${BEFORE}\_internal" "$INSTDIR\_internal"
    ${EndIf}
    RMDir /r "${BEFORE}"
    nsExec::ExecToLog '"${PROGRAM}" install'
    Pop $0
    ${If} $WasRunning == "1"
      nsExec::ExecToLog '"${PROGRAM}" start'
      Pop $0
    ${EndIf}
    StrCpy $1 "$(FailedUpgrade)"
  ${Else}
    ${If} ${FileExists} "${PROGRAM}"
      nsExec::ExecToLog '"${PROGRAM}" uninstall'
      Pop $0
    ${EndIf}
    Delete "${PROGRAM}"
    RMDir /r "$INSTDIR\_internal"
    RMDir "${BEFORE}"
    SetOutPath "$TEMP"
    RMDir "$INSTDIR"
    StrCpy $1 "$(Failed)"
  ${EndIf}
  SetErrorLevel 2
  SetDetailsView show
  MessageBox MB_ICONSTOP|MB_OK "$1" /SD IDOK
  Abort "$1"
FunctionEnd

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

Function ServicePage
  !insertmacro MUI_HEADER_TEXT "$(ServiceTitle)" "$(ServiceSubtitle)"
  nsDialogs::Create 1018
  Pop $0
  ${NSD_CreateLabel} 0 0 100% 40u "$(ServiceText)"
  Pop $0
  ${NSD_CreateCheckbox} 0 46u 100% 12u "$(StartText)"
  Pop $StartBox
  ${If} $Start != "0"
    ${NSD_Check} $StartBox
  ${EndIf}
  ${NSD_CreateCheckbox} 0 64u 100% 20u "$(FirewallText)"
  Pop $FirewallBox
  ${NSD_AddStyle} $FirewallBox ${BS_MULTILINE}
  ${If} ${SectionIsSelected} ${FirewallSection}
    ${NSD_Check} $FirewallBox
  ${EndIf}
  ${NSD_CreateLabel} 12u 86u 95% 20u "$(FirewallHint)"
  Pop $0
  nsDialogs::Show
FunctionEnd

Function ServicePageLeft
  ${NSD_GetState} $FirewallBox $0
  ${If} $0 == ${BST_CHECKED}
    !insertmacro SelectSection ${FirewallSection}
  ${Else}
    !insertmacro UnselectSection ${FirewallSection}
  ${EndIf}
  ${NSD_GetState} $StartBox $0
  StrCpy $Start "1"
  ${If} $0 != ${BST_CHECKED}
    StrCpy $Start "0"
  ${EndIf}
FunctionEnd

; Without a running service there is no page to open.
Function FinishShown
  ${If} $Start == "0"
    ${NSD_Uncheck} $mui.FinishPage.Run
    ShowWindow $mui.FinishPage.Run ${SW_HIDE}
  ${EndIf}
FunctionEnd

Function OpenPage
  nsExec::Exec '"${PROGRAM}" open'
  Pop $0
FunctionEnd

Function un.onInit
  SetRegView 64
  SetShellVarContext all
  ${GetParameters} $1
  ${GetOptions} $1 "/PURGE=" $Purge
FunctionEnd

Function un.DataPage
  !insertmacro MUI_HEADER_TEXT "$(DataTitle)" "$(DataSubtitle)"
  nsDialogs::Create 1018
  Pop $0
  ${NSD_CreateLabel} 0 0 100% 48u "$(DataText)"
  Pop $0
  ${NSD_CreateCheckbox} 0 56u 100% 12u "$(PurgeText)"
  Pop $PurgeBox
  nsDialogs::Show
FunctionEnd

Function un.DataPageLeft
  ${NSD_GetState} $PurgeBox $0
  ${If} $0 == ${BST_CHECKED}
    StrCpy $Purge "1"
  ${EndIf}
FunctionEnd

Section "Uninstall"
  SetRegView 64
  SetShellVarContext all
  ; Stops it and waits until its ticket in hand is finished.
  nsExec::ExecToLog '"${PROGRAM}" uninstall'
  Pop $0
  ${If} $0 != 0
    SetErrorLevel 2
    SetDetailsView show
    MessageBox MB_ICONSTOP|MB_OK "$(Failed)" /SD IDOK
    Abort "$(Failed)"
  ${EndIf}
  nsExec::ExecToLog 'netsh advfirewall firewall delete rule name="${RULE}"'
  Pop $0
  ${For} $1 1 ${TRIES}
    ClearErrors
    Delete "${PROGRAM}"
    RMDir /r "$INSTDIR\_internal"
    ${IfNot} ${FileExists} "${PROGRAM}"
    ${AndIfNot} ${FileExists} "$INSTDIR\_internal\*"
      ${ExitFor}
    ${EndIf}
    Sleep ${PAUSE}
  ${Next}
  Delete "$INSTDIR\uninstall.exe"
  RMDir /r "${BEFORE}"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\${TITLE}.lnk"
  DeleteRegKey HKLM "${PROGRAMS}"
  ${If} $Purge == "1"
    RMDir /r "$APPDATA\${SERVICE}"
  ${EndIf}
SectionEnd
