#: patience
function Invoke-Patiently([scriptblock] $Action) {
  foreach ($try in 1..12) {
    try { return & $Action } catch {
      if ($try -eq 12) { throw }
      Write-Host ('@waiting' + ' ' + $_.Exception.Message)
      Start-Sleep -Seconds 10
    }
  }
}
