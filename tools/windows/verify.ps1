# Try on a real Windows what wine cannot show, in about ten minutes, and write one report.
#
#   powershell -ExecutionPolicy Bypass -File verify.ps1 -Installer TicketServicioTest-0.2.0-setup.exe [-Report verify.txt]
#
# Run it as administrator on a machine that is not a shop's: it installs the service of the test environment, adds a
# printer "Ticket Daemon verify" (Generic / Text Only, on a file port), stops the print spooler for some seconds, ends
# the service's process, and removes everything again. Exit code: the number of things that were not as they should be.

param(
    [Parameter(Mandatory = $true)] [string] $Installer,
    [string] $Report = "verify.txt",
    [string] $Service = "TicketServicioTest",
    [string] $Url = "http://127.0.0.1:8766"
)

Set-StrictMode -Version 2
$ErrorActionPreference = "Stop"

$Printer = "Ticket Daemon verify"
$Driver = "Generic / Text Only"
$Folder = Join-Path $env:TEMP "ticket-daemon-verify"
$Paper = Join-Path $Folder "paper.bin"
$Program = Join-Path $env:ProgramFiles "$Service\ticket-daemon.exe"
$Data = Join-Path $env:ProgramData $Service
$script:Lines = @()
$script:Wrong = 0

# --- what is said ---

function Say([string] $Text) {
    $script:Lines += $Text
    Write-Host $Text
}

# One thing that must be so. What the block throws is a "no", with its reason.
function Check([string] $What, [scriptblock] $Is) {
    try {
        $found = & $Is
        $reason = "$found"
        $good = [bool] $found
    }
    catch {
        $reason = $_.Exception.Message
        $good = $false
    }
    if ($good) {
        Say "ok      $What"
    }
    else {
        $script:Wrong += 1
        Say "WRONG   $What  [$reason]"
    }
}

# --- pure parts ---

# A ticket that prints one line.
function New-Ticket([string] $Id, [string] $Text) {
    $document = @{ version = "1.1"; profile = @{ model = "Generic 80mm" }; commands = @(
            @{ type = "text"; data = @{ content = @{ text = $Text } } },
            @{ type = "cut"; data = @{} }) }
    return (@{ id = $Id; printer = $Printer; datos = $document } | ConvertTo-Json -Depth 10)
}

# Whether a condition comes true within some seconds.
function Wait-For([scriptblock] $Is, [int] $Seconds = 30) {
    $until = (Get-Date).AddSeconds($Seconds)
    while ((Get-Date) -lt $until) {
        try {
            if (& $Is) {
                return $true
            }
        }
        catch {
            # not there yet
        }
        Start-Sleep -Milliseconds 200
    }
    return $false
}

# --- the daemon ---

function Get-Health {
    return Invoke-RestMethod -Uri "$Url/health" -TimeoutSec 10
}

function Send-Ticket([string] $Id, [string] $Text) {
    $body = [System.Text.Encoding]::UTF8.GetBytes((New-Ticket $Id $Text))
    Invoke-RestMethod -Method Post -Uri "$Url/api/v1/jobs" -ContentType "application/json" -Body $body -TimeoutSec 20 | Out-Null
}

function Get-State([string] $Id) {
    return (Invoke-RestMethod -Uri "$Url/api/v1/jobs/$Id" -TimeoutSec 10).state
}

function Test-Paper([string] $Text) {
    if (-not (Test-Path $Paper)) {
        return $false
    }
    $bytes = [System.IO.File]::ReadAllBytes($Paper)
    return [System.Text.Encoding]::ASCII.GetString($bytes).Contains($Text)
}

# --- what the machine is given, and what is taken away again ---

function Add-VerifyPrinter {
    New-Item -ItemType Directory -Force -Path $Folder | Out-Null
    # The spooler writes the file.
    icacls $Folder /grant "*S-1-5-18:(OI)(CI)F" | Out-Null
    if (-not (Get-PrinterDriver -Name $Driver -ErrorAction SilentlyContinue)) {
        Add-PrinterDriver -Name $Driver
    }
    if (-not (Get-PrinterPort -Name $Paper -ErrorAction SilentlyContinue)) {
        Add-PrinterPort -Name $Paper
    }
    Add-Printer -Name $Printer -DriverName $Driver -PortName $Paper
}

function Remove-Everything {
    $uninstaller = Join-Path (Split-Path $Program) "uninstall.exe"
    if (Test-Path $uninstaller) {
        Start-Process -FilePath $uninstaller -ArgumentList "/S", "/PURGE=1" -Wait
    }
    Start-Service Spooler -ErrorAction SilentlyContinue
    Remove-Printer -Name $Printer -ErrorAction SilentlyContinue
    Remove-PrinterPort -Name $Paper -ErrorAction SilentlyContinue
    Remove-Item -Recurse -Force $Folder -ErrorAction SilentlyContinue
}

function Set-VerifyConfig {
    $text = "[[printers]]`nname = `"$Printer`"`nuri = `"winspool://Ticket%20Daemon%20verify`"`ndefault = true`non_failure = `"hold`"`n"
    $file = Join-Path $Folder "config.toml"
    [System.IO.File]::WriteAllText($file, $text)
    return $file
}

# --- the trial ---

function Test-Installed {
    $found = Get-CimInstance Win32_Service -Filter "Name='$Service'"
    Check "the service runs" { $found.State -eq "Running" }
    Check "the service starts with the machine" { $found.StartMode -eq "Auto" }
    Check "the service has an account of its own" { $found.StartName -eq "NT SERVICE\$Service" }
    Check "the daemon answers" { (Get-Health).status -ne "error" }
    Check "nobody but administrators, the system and the service can read the data" {
        $names = (Get-Acl $Data).Access | ForEach-Object { $_.IdentityReference.Translate([System.Security.Principal.SecurityIdentifier]).Value }
        @($names | Where-Object { $_ -notin "S-1-5-18", "S-1-5-32-544" -and -not $_.StartsWith("S-1-5-80-") }).Count -eq 0
    }
    Check "the data belongs to administrators" {
        (Get-Acl $Data).GetOwner([System.Security.Principal.SecurityIdentifier]).Value -eq "S-1-5-32-544"
    }
    Check "the event log has the start" {
        @(Get-WinEvent -FilterHashtable @{ LogName = "Application"; ProviderName = $Service } -MaxEvents 5).Count -gt 0
    }
    Check "Windows starts it again after a failure" { (sc.exe qfailure $Service | Out-String) -match "RESTART" }
    Check "the command is on the machine's search path" {
        [Environment]::GetEnvironmentVariable("Path", "Machine").Split(";") -contains (Split-Path $Program)
    }
    Check "another program cannot take the port" {
        $listener = New-Object System.Net.Sockets.TcpListener ([System.Net.IPAddress]::Loopback, ([Uri] $Url).Port)
        $listener.Server.SetSocketOption("Socket", "ReuseAddress", $true)
        $taken = $false
        try {
            $listener.Start()
            $listener.Stop()
        }
        catch {
            $taken = $true
        }
        $taken
    }
    Check "the firewall rule that was asked for is there" {
        (netsh advfirewall firewall show rule name=all verbose | Out-String).Contains($Program)
    }
}

function Test-Printing {
    Send-Ticket "verify-plain" "PLAIN"
    Check "a ticket is spooled" { Wait-For { (Get-State "verify-plain") -eq "spooled" } }
    Check "its bytes are in the port's file" { Wait-For { Test-Paper "PLAIN" } }

    $pausing = Get-CimInstance Win32_Printer -Filter "Name='$Printer'"
    Invoke-CimMethod -InputObject $pausing -MethodName Pause | Out-Null
    Send-Ticket "verify-paused" "PAUSED"
    Start-Sleep -Seconds 5
    Check "a paused printer keeps its ticket waiting" { (Get-State "verify-paused") -in "queued", "printing" }
    Invoke-CimMethod -InputObject $pausing -MethodName Resume | Out-Null
    Check "resumed it prints" { Wait-For { (Get-State "verify-paused") -eq "spooled" } }
}

# A job that is already in Windows' queue when somebody deletes it: nobody knows what came out of it.
function Test-Deletion {
    Stop-Service Spooler -Force
    Send-Ticket "verify-stopped" "STOPPED"
    Start-Sleep -Seconds 5
    Check "a stopped spooler keeps the ticket waiting" { (Get-State "verify-stopped") -eq "queued" }
    Start-Service Spooler
    Check "it is printed when the spooler is back" { Wait-For { (Get-State "verify-stopped") -eq "spooled" } 60 }
    Check "the daemon lived through it" { (Get-Service $Service).Status -eq "Running" }

    # A port that takes nothing, so that the job stays in the queue.
    $busy = [System.IO.File]::Open($Paper, "OpenOrCreate", "ReadWrite", "None")
    try {
        Send-Ticket "verify-deleted" "DELETED"
        $isThere = Wait-For { @(Get-PrintJob -PrinterName $Printer).Count -gt 0 } 15
        if ($isThere) {
            Get-PrintJob -PrinterName $Printer | Remove-PrintJob
            Check "a job that somebody deleted is no success" { Wait-For { (Get-State "verify-deleted") -eq "held" } 60 }
        }
        else {
            Say "not seen  a deleted job: it was never seen in Windows' queue"
        }
    }
    finally {
        $busy.Close()
    }
}

function Test-Recovery {
    $before = (Get-CimInstance Win32_Service -Filter "Name='$Service'").ProcessId
    Stop-Process -Id $before -Force
    Check "killed, it is started again" {
        Wait-For { $now = (Get-CimInstance Win32_Service -Filter "Name='$Service'").ProcessId; $now -ne 0 -and $now -ne $before } 60
    }
    Check "and answers" { Wait-For { (Get-Health).status -ne "error" } 60 }
    Check "its queue is still there" { (Get-State "verify-plain") -eq "spooled" }

    $took = Measure-Command { Stop-Service $Service }
    Check "stopped within 15 s" { $took.TotalSeconds -lt 15 }
    $took = Measure-Command { Start-Service $Service }
    Say ("        start: {0:N1} s to 'running'" -f $took.TotalSeconds)
}

function Test-Upgrade {
    $again = Start-Process -FilePath $Installer -ArgumentList "/S" -Wait -PassThru
    Check "installed over itself" { $again.ExitCode -eq 0 }
    Check "it answers again" { Wait-For { (Get-Health).status -ne "error" } 60 }
    Check "its queue is still there" { (Get-State "verify-plain") -eq "spooled" }
}

function Test-Removal {
    $uninstaller = Join-Path (Split-Path $Program) "uninstall.exe"
    Start-Process -FilePath $uninstaller -ArgumentList "/S" -Wait
    Check "the service is gone" { Wait-For { -not (Get-Service $Service -ErrorAction SilentlyContinue) } }
    Check "the program is gone" { Wait-For { -not (Test-Path $Program) } }
    Check "the shop's data is kept" { Test-Path (Join-Path $Data "queue.db") }
}

function Invoke-Trial {
    $system = Get-CimInstance Win32_OperatingSystem
    Say "Ticket Daemon on $($system.Caption) $($system.Version), $(Get-Date -Format s)"
    Add-VerifyPrinter
    $config = Set-VerifyConfig
    $done = Start-Process -FilePath $Installer -ArgumentList "/S", "/FIREWALL=1", "/CONFIG=$config" -Wait -PassThru
    Check "the installer ends well" { $done.ExitCode -eq 0 }
    Check "the daemon comes up" { Wait-For { (Get-Health).status -ne "error" } 60 }
    Test-Installed
    Test-Printing
    Test-Deletion
    Test-Recovery
    Test-Upgrade
    Test-Removal
}

$Installer = (Resolve-Path $Installer).Path
try {
    Invoke-Trial
}
catch {
    $script:Wrong += 1
    Say "WRONG   the trial ended early: $($_.Exception.Message)"
}
finally {
    Remove-Everything
    Say "$($script:Wrong) wrong. Not tried here: sleep, logging off, shutdown with tickets waiting (see docs/windows.md)."
    $script:Lines | Set-Content -Encoding UTF8 $Report
}
exit $script:Wrong
