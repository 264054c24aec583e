// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {AccountingV2} from "../../../contracts/escrow/AccountingV2.sol";
import {StakeRegistry} from "../../../contracts/stake/StakeRegistry.sol";
import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {CallingToken, FalseToken, FeeToken, ListingToken, OpenToken} from "../support/HostileTokens.sol";
import {MarketTest} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

/*
AccountingV2

constructor
├── token or registry zero: AccountingZeroAddress
├── unlock delay below 1 hour or above 30 days: AccountingParameterOutOfRange
├── the registry holds another token: AccountingTokenMismatch
└── otherwise: keeps its parameters
deposit, depositFor
├── amount zero: AccountingZeroAmount
├── client zero: AccountingZeroAddress
├── the token keeps a part: AccountingTokenShortfall; it returns false: SafeERC20FailedOperation
├── the token calls back: ReentrancyGuardReentrantCall
└── otherwise: balance rises, Deposited
depositWithPermit
├── good permit: allowance and deposit in one, then as deposit
├── the permit was used by somebody else before: goes through
└── bad permit, no allowance: the token's error
withdraw
├── to zero: AccountingZeroAddress
├── amount zero: AccountingZeroAmount
├── more than there is: AccountingInsufficientDeposit
├── the token refuses the recipient: nothing is lost, another recipient works
└── otherwise: balance falls, Withdrawn, tokens arrive
multicall
├── permit, deposit, allocation and signer in one transaction
└── one bad call: nothing happens
*/
contract DepositTest is MarketTest {
    event Deposited(address indexed client, address indexed payer, uint256 amount, uint256 balance);
    event Withdrawn(address indexed client, address indexed to, uint256 amount, uint256 balance);

    /* CONSTRUCTOR */

    function test_ConstructorRefusesZeroAddresses() public {
        vm.expectRevert(IAccountingV2.AccountingZeroAddress.selector);
        this.construct(address(0), address(registry), UNLOCK_DELAY);
        vm.expectRevert(IAccountingV2.AccountingZeroAddress.selector);
        this.construct(address(token), address(0), UNLOCK_DELAY);
    }

    function test_ConstructorRefusesDelaysOutOfRange() public {
        uint256[2] memory delays = [uint256(1 hours - 1), 30 days + 1];
        for (uint256 i = 0; i < delays.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IAccountingV2.AccountingParameterOutOfRange.selector,
                    bytes32("unlockDelay"),
                    1 hours,
                    30 days,
                    delays[i]
                )
            );
            this.construct(address(token), address(registry), delays[i]);
        }
        assertEq(this.construct(address(token), address(registry), 1 hours).unlockDelay(), 1 hours, "lowest");
        assertEq(this.construct(address(token), address(registry), 30 days).unlockDelay(), 30 days, "highest");
    }

    function test_Attack13_ConstructorRefusesRegistryOfAnotherToken() public {
        FeeToken other = new FeeToken();
        vm.expectRevert(
            abi.encodeWithSelector(IAccountingV2.AccountingTokenMismatch.selector, address(other), address(token))
        );
        this.construct(address(other), address(registry), UNLOCK_DELAY);
    }

    function test_ConstructorKeepsItsParameters() public view {
        assertEq(accounting.paymentToken(), address(token), "token");
        assertEq(accounting.stakeRegistry(), address(registry), "registry");
        assertEq(accounting.unlockDelay(), UNLOCK_DELAY, "delay");
    }

    /// A call of its own, so that its revert can be expected.
    function construct(address token_, address registry_, uint256 unlockDelay) external returns (AccountingV2) {
        return deployAccounting(token_, registry_, unlockDelay);
    }

    /* DEPOSIT */

    function test_DepositRaisesTheBalance() public {
        give(client, 7e6);
        vm.expectEmit(address(accounting));
        emit Deposited(client, client, 7e6, 7e6);
        vm.prank(client);
        accounting.deposit(7e6);
        assertEq(accounting.balanceOf(client), 7e6, "balance");
        assertEq(token.balanceOf(address(accounting)), 7e6, "tokens");
    }

    function test_DepositForCreditsTheClientAndChargesTheCaller() public {
        give(stranger, 5e6);
        vm.expectEmit(address(accounting));
        emit Deposited(client, stranger, 5e6, 5e6);
        vm.prank(stranger);
        accounting.depositFor(client, 5e6);
        assertEq(accounting.balanceOf(client), 5e6, "client");
        assertEq(accounting.balanceOf(stranger), 0, "payer");
        assertEq(token.balanceOf(stranger), 0, "payer's tokens");
    }

    function test_DepositRefusesNothingAndNobody() public {
        vm.expectRevert(IAccountingV2.AccountingZeroAmount.selector);
        accounting.deposit(0);
        vm.expectRevert(IAccountingV2.AccountingZeroAddress.selector);
        accounting.depositFor(address(0), 1);
    }

    function test_Attack27_DepositRefusesTokensThatKeepAPart() public {
        FeeToken fee = new FeeToken();
        AccountingV2 ledger = ledgerOn(fee);
        fee.mint(address(this), 100);
        fee.approve(address(ledger), 100);
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingTokenShortfall.selector, 100, 99));
        ledger.deposit(100);
        // Only what arrives counts, not what was there before.
        fee.mint(address(ledger), 1000);
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingTokenShortfall.selector, 100, 99));
        ledger.deposit(100);
    }

    function test_DepositRefusesTokensThatReturnFalse() public {
        FalseToken silent = new FalseToken();
        AccountingV2 ledger = ledgerOn(silent);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(silent)));
        ledger.deposit(100);
        assertEq(ledger.balanceOf(address(this)), 0, "nothing is credited");
    }

    function test_Attack28_DepositRefusesReentry() public {
        CallingToken calling = new CallingToken();
        AccountingV2 ledger = ledgerOn(calling);
        calling.mint(address(this), 100);
        calling.approve(address(ledger), 100);
        bytes[4] memory inner = [
            abi.encodeCall(ledger.deposit, (1)),
            abi.encodeCall(ledger.depositFor, (client, 1)),
            abi.encodeCall(ledger.withdraw, (client, 1)),
            abi.encodeCall(ledger.withdrawEarnings, (client))
        ];
        for (uint256 i = 0; i < inner.length; ++i) {
            calling.arm(address(ledger), inner[i]);
            vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
            ledger.deposit(100);
        }
    }

    /* PERMIT */

    function test_PermitAndDepositGoInOneTransaction() public {
        token.mint(client, 9e6);
        (uint8 v, bytes32 r, bytes32 s) = permit(CLIENT_KEY, 9e6);
        vm.prank(client);
        accounting.depositWithPermit(9e6, block.timestamp, v, r, s);
        assertEq(accounting.balanceOf(client), 9e6, "balance");
    }

    function test_PermitUsedBySomebodyElseIsNoFailure() public {
        token.mint(client, 9e6);
        (uint8 v, bytes32 r, bytes32 s) = permit(CLIENT_KEY, 9e6);
        token.permit(client, address(accounting), 9e6, block.timestamp, v, r, s);
        vm.prank(client);
        accounting.depositWithPermit(9e6, block.timestamp, v, r, s);
        assertEq(accounting.balanceOf(client), 9e6, "balance");
    }

    function test_BadPermitWithoutAllowanceFails() public {
        token.mint(client, 9e6);
        (uint8 v, bytes32 r, bytes32 s) = permit(STRANGER_KEY, 9e6);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(accounting), 0, 9e6)
        );
        vm.prank(client);
        accounting.depositWithPermit(9e6, block.timestamp, v, r, s);
    }

    /* WITHDRAW */

    function test_WithdrawPaysOut() public {
        depositAs(client, 10e6);
        vm.expectEmit(address(accounting));
        emit Withdrawn(client, stranger, 4e6, 6e6);
        vm.prank(client);
        accounting.withdraw(stranger, 4e6);
        assertEq(accounting.balanceOf(client), 6e6, "balance");
        assertEq(token.balanceOf(stranger), 4e6, "paid out");
    }

    function test_WithdrawRefusesBadArguments() public {
        depositAs(client, 10e6);
        vm.startPrank(client);
        vm.expectRevert(IAccountingV2.AccountingZeroAddress.selector);
        accounting.withdraw(address(0), 1);
        vm.expectRevert(IAccountingV2.AccountingZeroAmount.selector);
        accounting.withdraw(client, 0);
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingInsufficientDeposit.selector, 10e6, 10e6 + 1));
        accounting.withdraw(client, 10e6 + 1);
        vm.stopPrank();
    }

    function test_Attack29_WithdrawToAListedAccountLosesNothing() public {
        ListingToken listing = new ListingToken();
        AccountingV2 ledger = ledgerOn(listing);
        listing.mint(address(this), 100);
        listing.approve(address(ledger), 100);
        ledger.deposit(100);
        listing.list(address(this));
        vm.expectRevert(abi.encodeWithSelector(ListingToken.Listed.selector, address(this)));
        ledger.withdraw(address(this), 100);
        ledger.withdraw(stranger, 100);
        assertEq(listing.balanceOf(stranger), 100, "elsewhere");
    }

    /* MULTICALL */

    function test_MulticallStartsAClientInOneTransaction() public {
        token.mint(client, 9e6);
        (uint8 v, bytes32 r, bytes32 s) = permit(CLIENT_KEY, 9e6);
        uint40 deadline = uint40(block.timestamp);
        bytes[] memory calls = new bytes[](3);
        calls[0] = abi.encodeCall(accounting.depositWithPermit, (9e6, block.timestamp, v, r, s));
        calls[1] = abi.encodeCall(
            accounting.authorizeSigner,
            (sessionSigner, deadline, 0, possession(client, SIGNER_KEY, deadline))
        );
        calls[2] = abi.encodeCall(accounting.allocate, (executor, 4e6));
        vm.prank(client);
        accounting.multicall(calls);
        (address principal, ) = accounting.signers(sessionSigner);
        assertEq(principal, client, "signer");
        assertEq(accounting.balanceOf(client), 5e6, "deposit");
        assertEq(channelBalance(), 4e6, "channel");
    }

    function test_MulticallWithABadCallDoesNothing() public {
        give(client, 9e6);
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(accounting.deposit, (9e6));
        calls[1] = abi.encodeCall(accounting.withdraw, (client, 10e6));
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingInsufficientDeposit.selector, 9e6, 10e6));
        vm.prank(client);
        accounting.multicall(calls);
        assertEq(accounting.balanceOf(client), 0, "balance");
    }

    /* SUPPORT */

    function ledgerOn(OpenToken hostile) private returns (AccountingV2) {
        StakeRegistry stakes = deployRegistry(address(hostile), 1, UNBONDING);
        return deployAccounting(address(hostile), address(stakes), UNLOCK_DELAY);
    }

    function permit(uint256 key, uint256 amount) private view returns (uint8 v, bytes32 r, bytes32 s) {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                client,
                address(accounting),
                amount,
                token.nonces(client),
                block.timestamp
            )
        );
        return vm.sign(key, keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), structHash)));
    }
}
