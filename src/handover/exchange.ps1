#: exchange
if ($Mailbox -like '*<*>*' -or $Sender -like '*<*>*') { throw '@placeholder' }
#connect-exchange
#if hve

#: hve-account
$account = Get-MailUser -HVEAccount -ResultSize Unlimited | Where-Object { $_.PrimarySmtpAddress -eq $Mailbox }
if (-not $account) {
  $password = Read-Host -AsSecureString '@hve-password'
  $name = ($Mailbox -split '@')[0]
  New-MailUser -HVEAccount -Name $name -PrimarySmtpAddress $Mailbox -Password $password | Out-Null
}

#: hve-billing
$billing = Invoke-Patiently { Get-HVEAccountBillingPolicy -Identity $Mailbox }
if ("$($billing.BillingPolicyStatus)" -ne 'BillingPolicyValid') {
  Write-Warning ('@hve-billing-missing' + ' ' + $billing.BillingPolicyStatus)
}

#: hve-access
$allowed = Get-HVEAccountSettings -Identity $Mailbox | ConvertTo-Json -Depth 4
if ("$allowed" -notmatch $ObjectId) { Invoke-Patiently { Add-HVEAppAccess -Identity $Mailbox -AppIds $ObjectId } }
#end
#if mailbox

#: smtp-auth
$switch = Get-CASMailbox -Identity $Mailbox
if ($switch.SmtpClientAuthenticationDisabled -ne $false) {
  Set-CASMailbox -Identity $Mailbox -SmtpClientAuthenticationDisabled $false
}
#end
#if mailbox app-only

#: exchange-principal
$known = Get-ServicePrincipal | Where-Object { $_.AppId -eq $AppId } | Select-Object -First 1
$ids = @("$($known.ObjectId)", "$($known.ServiceId)")
if ($known -and $ids -notcontains $ObjectId) { throw '@exchange-principal-wrong' }
if (-not $known) {
  $known = Invoke-Patiently { New-ServicePrincipal -AppId $AppId -ObjectId $ObjectId -DisplayName $AppName }
}

#: mailbox-permission
$names = @("$($known.Identity)", "$($known.Name)", "$($known.DisplayName)", $ObjectId)
$given = Get-MailboxPermission -Identity $Mailbox |
  Where-Object { $names -contains "$($_.User)" -and "$($_.AccessRights)" -match 'FullAccess' }
if (-not $given) {
  Invoke-Patiently { Add-MailboxPermission -Identity $Mailbox -User $known.Identity -AccessRights FullAccess | Out-Null }
}

#: send-as-app
$given = Get-RecipientPermission -Identity $Sender -AccessRights SendAs | Where-Object { $names -contains "$($_.Trustee)" }
if (-not $given) {
  Add-RecipientPermission -Identity $Sender -Trustee $known.Identity -AccessRights SendAs -Confirm:$false | Out-Null
}
#end
#if send-as

#: send-as
if (-not (Get-RecipientPermission -Identity $Sender -Trustee $Mailbox -AccessRights SendAs)) {
  Add-RecipientPermission -Identity $Sender -Trustee $Mailbox -AccessRights SendAs -Confirm:$false | Out-Null
}
#end
